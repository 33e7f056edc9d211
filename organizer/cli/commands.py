"""All commands, in the order that help shows them."""

from organizer.cli.adopt import adopt
from organizer.cli.bench import bench
from organizer.cli.decide import tag, untag
from organizer.cli.demo import demo
from organizer.cli.evaluate import evaluate
from organizer.cli.gallery import gallery
from organizer.cli.listing import list_
from organizer.cli.models import models
from organizer.cli.open import open_
from organizer.cli.retag import retag
from organizer.cli.scan import scan
from organizer.cli.show import show
from organizer.cli.train import train

COMMANDS = (open_, gallery, scan, list_, show, tag, untag, adopt, retag, models, train, evaluate, demo, bench)
