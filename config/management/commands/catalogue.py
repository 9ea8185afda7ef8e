"""`manage.py catalogue`: bring the translations up to date, compile them, or say what is missing."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import catalogue


class Command(BaseCommand):
    """Keep locale/ar in step with code and templates."""

    help = "Bring the Arabic catalogue up to date and compile it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to only compile, or only check."""
        parser.add_argument("--compile", action="store_true", help="only compile, when the compiled one is older")
        parser.add_argument("--check", action="store_true", help="only fail when a text is untranslated or out of date")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        root = settings.BASE_DIR
        if options["check"]:
            self._check(catalogue.problems(root))
            return
        if not options["compile"]:
            catalogue.update(root)
            self._say(catalogue.untranslated(root))
        catalogue.compile_if_stale(root)

    def _say(self, missing: list[str]) -> None:
        for line in missing:
            self.stdout.write(line)
        file = catalogue.catalogue_path(settings.BASE_DIR).relative_to(settings.BASE_DIR)
        if missing:
            self.stdout.write(f"Texts that need Arabic in {file}: {len(missing)}.")
        else:
            self.stdout.write(f"{file} is up to date, and every text has its Arabic.")

    def _check(self, problems: list[str]) -> None:
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            msg = "The Arabic catalogue is incomplete."
            raise CommandError(msg)
