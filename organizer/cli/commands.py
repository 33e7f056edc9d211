"""All commands, in the order that help shows them."""

from organizer.cli.decide import tag, untag
from organizer.cli.demo import demo
from organizer.cli.listing import list_
from organizer.cli.models import models
from organizer.cli.retag import retag
from organizer.cli.scan import scan
from organizer.cli.show import show

COMMANDS = (scan, list_, show, tag, untag, retag, models, demo)
