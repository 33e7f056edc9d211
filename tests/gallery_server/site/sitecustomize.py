"""Python runs this at the start of each process of a test's gallery, and of the scans that it starts.

It puts the colour model of ``tests/fakes.py`` in the place of the shipped one, and notes every connection
that the process opens and every name that it looks up.
"""

import os
import sys
import time

_LOG = os.environ["ORGANIZER_TEST_CONNECTIONS"]


def _note(event, arguments):
    # A path is no network address: worker processes are started through a socket in the file system.
    if event == "socket.connect" and isinstance(arguments[-1], str | bytes):
        return
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        with open(_LOG, "a", encoding="utf-8") as log:
            log.write(f"{event} {arguments[-1] if event == 'socket.connect' else arguments[:2]!r}\n")


sys.addaudithook(_note)


def _install_colour_model():
    import organizer.models.catalogue
    import organizer.tags.tagger
    from organizer.types import SampledSeconds
    from tests.fakes import MAYBE_THRESHOLD, ColourClassifier, colour_bundle

    sampled = SampledSeconds(*map(int, os.environ.get("ORGANIZER_TEST_SAMPLED", "45 1").split()))
    unsure = tuple(filter(None, os.environ.get("ORGANIZER_TEST_UNSURE", "").split(",")))
    bundle = colour_bundle(sampled=sampled, maybe_threshold=MAYBE_THRESHOLD if unsure else None)
    organizer.models.catalogue.bundles = lambda: [bundle]

    class SlowColourClassifier(ColourClassifier):
        def classify(self, features):
            time.sleep(float(os.environ.get("ORGANIZER_TEST_SLEEP_S", "0")))
            # Tagging again lasts as long as a test wants it to.
            while "retag" in sys.argv and os.path.exists(os.environ.get("ORGANIZER_TEST_HOLD", "")):
                time.sleep(0.05)
            return super().classify(features)

    organizer.tags.tagger.open_classifier = lambda bundle: SlowColourClassifier(unsure)


if os.environ.get("ORGANIZER_TEST_MODEL") == "colours":
    _install_colour_model()

if "ORGANIZER_TEST_PATIENCE_S" in os.environ:
    # With programs that end at once: a busy machine may take long to start one.
    import organizer.desktop

    organizer.desktop._PATIENCE_S = float(os.environ["ORGANIZER_TEST_PATIENCE_S"])
