"""Names that nobody chose."""

import pytest

from organizer.gallery.camera_names import is_camera_name


@pytest.mark.parametrize(
    "name",
    [
        "IMG_0123.MOV",
        "img_0123.mov",
        "IMG_E4512.MOV",
        "IMG-20200101-WA0003.mp4",
        "VID_20230603_140501.mp4",
        "VID-20200101-WA0003.mp4",
        "VID_20230603_140501_HDR.mp4",
        "PXL_20230603_140501123.mp4",
        "PXL_20230603_140501123.TS.mp4",
        "PXL_20230603_140501123.NIGHT.mp4",
        "MVI_1234.AVI",
        "DSC00123.MTS",
        "DSCN0042.MOV",
        "DSCF1234.avi",
        "DJI_0007.MP4",
        "GOPR1276.MP4",
        "GH010042.MP4",
        "GX010042.LRV",
        "P1020304.MOV",
        "C0028.MP4",
        "MAH00123.MP4",
        "00012.MTS",
        "20230603_140501.mp4",
        "2023-06-03 14.05.01.mov",
        "WhatsApp Video 2023-06-03 at 14.05.01.mp4",
        "Screen Recording 2023-06-03 at 14.05.01.mov",
        "RPReplay_Final1686000000.mp4",
        "signal-2023-06-03-140501.mp4",
        "trim.4F2A9C11-1C2B-4B5D-9E8F-0123456789AB.MOV",
        "4F2A9C11-1C2B-4B5D-9E8F-0123456789AB.MOV",
        "IMG_0123 (1).MOV",
        "IMG_0123~2.MOV",
        "IMG_0123 copy 2.MOV",
        "0001",
    ],
)
def test_a_camera_chose_it(name):
    assert is_camera_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Birthday.mp4",
        "Birthday 2023.mp4",
        "2023 summer.mp4",
        "IMG.mp4",
        "Clip.mov",
        "img of gran 3.mp4",
        "cat.mp4",
        "clip 12 with grandma.mp4",
        "Größe 5.mov",
        "x.y.z",
        "誕生日 3.mp4",
        "video call with ben 2.mkv",
        "",
        ".mp4",
    ],
)
def test_a_person_chose_it(name):
    assert not is_camera_name(name)


def test_long_names_are_looked_at_quickly():
    assert not is_camera_name("IMG_" + "1_" * 100 + "!.mp4")
    assert not is_camera_name("1" * 240 + "!.mp4")
    assert not is_camera_name("1" * 200_000)
