from __future__ import annotations

import time

from organizer.library.database.columns import time_text
from organizer.library.jobs import JobState
from organizer.pipeline.looking_cost import LookingCost, looking_cost
from organizer.types import SampledSeconds
from tests.fakes import colour_bundle, show_labels
from tests.library.sql import database_of


def test_of_a_library_whose_speed_is_not_known(world):
    cost = looking_cost(world.library, colour_bundle(), 7)
    assert cost == LookingCost(7, None, 7 * 45 * 3)
    assert cost.words == "up to 0.9 KB more in the library"


def test_by_the_speed_of_the_last_larger_scan(world):
    for number in range(12):
        show_labels(world.videos / f"{number}.mp4", "Animal")
    job = world.library.jobs.begin([str(world.videos)])
    world.scan(world.videos)
    world.library.jobs.beat(job, to_do=12, done=12, failed=0)
    world.library.jobs.finish(job, JobState.DONE)
    # As if each had taken a minute: the last one was stored now.
    db, now = database_of(world.library), time.time()
    for number, (id_,) in enumerate(db.execute("SELECT id FROM videos ORDER BY id").fetchall()):
        moment = time_text(now - 60 * (11 - number))
        db.execute("UPDATE videos SET analysed_at = ? WHERE id = ?", [moment, id_])
    db.execute("UPDATE scans SET started_at = ?", [now - 2000])
    db.conn.commit()
    cost = looking_cost(world.library, colour_bundle(sampled=SampledSeconds(8, 2)), 120)
    assert cost.estimated_s is not None and abs(cost.estimated_s - 120 * 55) <= 20
    assert (
        cost.words
        == "about 1.8 hours if it goes as in the last larger scan, up to 9.7 KB more in the library"
    )
