"""A classifier without the networks that make its features, and how it joins a model that has them.

YouTube-8M comes as features, so a classifier can be trained, shipped and measured where the model
``inception-yt8m`` is not installed. It is a folder with ``classifier.json`` and the files that this names;
the fields are those of ``bundle.json``. Its ``space_name`` says which model makes its features: with that
one's backbone and PCA it becomes a whole bundle.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError
from organizer.models.bundle import bundle_of, load_bundle
from organizer.models.manifest import LOOSE_MANIFEST, read_manifest, write_manifest
from organizer.models.safe_write import copy_regular

if TYPE_CHECKING:
    from pathlib import Path

    from organizer.models.bundle import Bundle

SPACE_ROLES = ("backbone", "pca")
"""What makes features."""
_RIGHTS = ("LICENSE", "NOTICE")
"""Files of a model that say what its parts may be used for; they go with them."""
_OF_CLASSIFIER = "-classifier"
"""In the name of a file of the classifier, where the model that makes its features has one of this name."""
_AND_CLASSIFIER = "; classifier: "
"""Between the licences of what makes features and of the classifier."""


def is_loose_classifier(folder: Path) -> bool:
    """Say whether there is a classifier alone in a folder."""
    return (folder / LOOSE_MANIFEST).is_file()


def load_loose_classifier(folder: Path) -> Bundle:
    """Open a classifier alone: a ``Bundle`` that scores features and makes none.

    Its ``space_id`` is the bare name of its space, for no digest is known of what is not there.

    Raises:
        BundleError: there is none, or it is of another format or says what it cannot.
    """
    return bundle_of(folder, read_manifest(folder, LOOSE_MANIFEST))


def copy_space(source: Bundle, folder: Path) -> None:
    """Copy what makes features, and its licences; not those of the classifier that the model has.

    No hard links: the source may belong to another user, or be what a package manager writes over.

    Args:
        source: the model that has it; its files are taken to be right.
        folder: an empty one.

    Raises:
        OSError: a file cannot be read or written.
    """
    roles = space_roles(source)[0].values()
    wanted = [
        path for path in source.files if any(path == role or path.startswith(f"{role}/") for role in roles)
    ]
    # Downloaded parts bring none: what lies beside them came with a classifier.
    if not source.is_downloaded:
        wanted += [
            file.name
            for file in source.folder.iterdir()
            if file.name.startswith(_RIGHTS) and _OF_CLASSIFIER not in file.name and file.is_file()
        ]
    for path in dict.fromkeys(wanted):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.folder / path, target)


def space_roles(source: Bundle) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the roles that make features, and what a model's provenance says of them."""
    roles = {role: source.roles[role] for role in SPACE_ROLES}
    return roles, {role: source.provenance[role] for role in SPACE_ROLES if role in source.provenance}


def licence_with(source: Bundle, classifier: str | None) -> str:
    """Return the licence of a model's network and PCA with another classifier.

    Args:
        source: the model.
        classifier: the licence of that classifier; None where nothing is to be said of it.
    """
    space = source.licence.partition(_AND_CLASSIFIER)[0]
    return space if classifier is None else f"{space}{_AND_CLASSIFIER}{classifier}"


def join(loose: Bundle, source: Bundle, folder: Path) -> Bundle:
    """Write the whole bundle that a classifier and a model that makes its features are.

    Args:
        loose: the classifier; its files are taken to be right.
        source: the model.
        folder: an empty one, such as ``installing`` gives.

    Returns:
        The bundle, called as the classifier is and in the feature space of the model.

    Raises:
        BundleError: they do not belong together, or the model's files are damaged.
        OSError: a file cannot be read or written.
    """
    check_joins(loose, source)
    source.verify()
    copy_space(source, folder)
    placed = {path: _place(path, folder) for path in loose.files}
    for path, place in placed.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        copy_regular(loose.folder / path, folder / place)
    manifest = read_manifest(loose.folder, LOOSE_MANIFEST)
    roles, made_of = space_roles(source)
    write_manifest(
        folder,
        replace(
            manifest,
            licence=licence_with(source, manifest.licence),
            input_size=source.input_size,
            resize=source.resize,
            sampling=source.sampled,
            space_name=source.space_name or source.name,
            provenance={
                **made_of,
                **manifest.provenance,
                "space": {"model": source.id, "space_id": source.space_id},
            },
            kinds=replace(manifest.kinds, backbone=source.backbone_kind),
            backbone_settings=source.backbone_settings,
            roles=roles | {role: placed[path] for role, path in manifest.roles.items()},
            files={},
        ),
    )
    joined = load_bundle(folder)
    check_same_space(joined, source)
    return joined


def check_same_space(made: Bundle, source: Bundle) -> None:
    """Refuse a model whose features are others than those of the model that it was made of.

    Raises:
        BundleError: they are.
    """
    if made.space_id != source.space_id:
        raise BundleError(
            f"{made.folder}: this model makes features of the space {made.space_id} and not of "
            f"{source.space_id}, as {source.name} does. Install that one again, then make this one again."
        )


def _place(path: str, folder: Path) -> str:
    """Return where a file of the classifier goes: both have a notice, and either has to be read."""
    if not (folder / path).exists():
        return path
    beside = folder / path
    return beside.with_name(f"{beside.stem}{_OF_CLASSIFIER}{beside.suffix}").relative_to(folder).as_posix()


def check_joins(loose: Bundle, source: Bundle) -> None:
    """Refuse a classifier and a model that makes other features than it was trained on.

    Raises:
        BundleError: they do not belong together.
    """
    wanted, found = loose.space_name or loose.name, source.space_name or source.name
    same = (loose.dimensions, loose.quantiser) == (source.dimensions, source.quantiser)
    if wanted != found or not same:
        raise BundleError(
            f"{loose.folder}: this classifier was trained on features of {wanted}, and {source.name} makes "
            f"others. Pull the model it is for: organizer models pull {wanted}"
        )
