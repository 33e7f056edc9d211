"""The main file of a program that scans: left alone by workers, and its own in all threads."""

import subprocess
import sys

PICKLES_MEANWHILE = '''
import pickle, sys, threading

from organizer.frames.decode import decode
from organizer.frames.loading import load_decoders
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.pipeline.decoding.worker import Worker
from organizer.pipeline.decoding.worker_process import Work
from organizer.types import InputSpec


class Mine:
    """Of this file."""


print("once")
main = sys.modules["__main__"]
before = main.__file__, main.__spec__
over, failed = threading.Event(), []


def pickles():
    done = 0
    while not over.is_set():
        try:
            pickle.dumps(Mine())
        except pickle.PicklingError as error:
            failed.append(error)
        done += 1
    print(done > 0)


thread = threading.Thread(target=pickles)
thread.start()
work = Work(PyAvReader(threads=1), InputSpec(32), 1, load_decoders, decode)
for _ in range(5):
    worker = Worker(work)
    worker.wait_until_ready()
    worker.close()
over.set()
thread.join()
print(failed[:1], (main.__file__, main.__spec__) == before)
'''


def test_other_threads_find_the_main_file_while_workers_start(tmp_path):
    """The script has no guard, and yet each line is said once: no worker imports it."""
    script = tmp_path / "script.py"
    script.write_text(PICKLES_MEANWHILE)
    done = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True, timeout=300)
    assert (done.stdout, done.returncode) == ("once\nTrue\n[] True\n", 0), done.stderr
