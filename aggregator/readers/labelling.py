"""The labels of outlets: shown with where they are from, set one by one, imported and exported."""

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.clock import Clock
from aggregator.domain.articles import Outlet
from aggregator.domain.labels import BUILT_IN, Label, OwnLabel, axes_in_order, labels_of
from aggregator.domain.outlet_errors import LabelRefused, OutletUnknown
from aggregator.readers.labelfile import (
    MOST_AXES,
    LabelReport,
    axis_named,
    own_label,
    read_labels,
    render_labels,
)
from aggregator.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledOutlet:
    """An outlet with what it is called on each axis on which it is called anything."""

    outlet: Outlet
    labels: Mapping[str, Label]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelTable:
    """Every outlet on every axis, built-in ones first; `waiting` are labels whose outlet is not there yet."""

    axes: tuple[str, ...]
    outlets: tuple[LabelledOutlet, ...]
    waiting: tuple[OwnLabel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """The questions and changes of the page and the commands about labels."""

    storage: Storage
    clock: Clock

    def table(self) -> LabelTable:
        """Return every outlet with its labels, by name."""
        with self.storage.reading() as work:
            outlets, own = work.outlets.all(), work.outlet_labels.all()
        domains = {outlet.domain for outlet in outlets}
        mine: dict[str, list[OwnLabel]] = {}
        for one in own:
            mine.setdefault(one.domain, []).append(one)
        return LabelTable(
            axes=axes_in_order({*BUILT_IN, *(one.axis for one in own)}),
            outlets=tuple(
                LabelledOutlet(
                    outlet=outlet,
                    labels={one.axis: one for one in labels_of(outlet, mine.get(outlet.domain, ()))},
                )
                for outlet in outlets
            ),
            waiting=tuple(one for one in own if one.domain not in domains),
        )

    def put(self, outlet: str, axis: str, value: str, *, source: str = "") -> str:
        """Label an outlet, given by number, domain or name; an empty value takes the reader's label away.

        Returns:
            What was done, as a sentence.

        Raises:
            OutletUnknown: there is no such outlet.
            LabelRefused: the axis, value or source cannot be one.
        """
        with self.storage.writing() as work:
            found = outlet_called(outlet, work.outlets.all())
            if not value.strip():
                named = axis_named(axis)
                if not work.outlet_labels.remove(found.domain, named):
                    raise LabelRefused(f"{found.name} has no label of yours on the axis “{named}”")
                return f"Your label of {found.name} on the axis “{named}” was taken away."
            label = own_label(found.domain, axis, value, source)
            _check_room(label, work.outlet_labels.all())
            work.outlet_labels.put([label], now=self.clock.now())
            return f"{found.name} is “{label.value}” on the axis “{label.axis}” now."

    def preview(self, document: bytes, name: str) -> LabelReport:
        """Return what an import of a CSV file called `name` would do with each line.

        Raises:
            LabelsUnreadable: it is not such a file.
        """
        with self.storage.reading() as work:
            return read_labels(document, name=name, outlets=work.outlets.all(), own=work.outlet_labels.all())

    def import_csv(self, document: bytes, name: str) -> LabelReport:
        """Store what a CSV file called `name` says, line by line, and return what became of each.

        Raises:
            LabelsUnreadable: it is not such a file; nothing was stored.
            LabelRefused: there would be too many axes; nothing was stored.
        """
        with self.storage.writing() as work:
            own = work.outlet_labels.all()
            report = read_labels(document, name=name, outlets=work.outlets.all(), own=own)
            labels = [label for line in report.lines for label in line.labels]
            for label in labels:
                _check_room(label, [*own, *labels])
            work.outlet_labels.put(labels, now=self.clock.now())
        return report

    def export_csv(self) -> bytes:
        """Return the reader's own labels as a CSV file that `import_csv` takes back as they are."""
        with self.storage.reading() as work:
            return render_labels(work.outlet_labels.all(), work.outlets.all())


def outlet_called(text: str, outlets: tuple[Outlet, ...]) -> Outlet:
    """Return the outlet of this number, domain or name, whatever the capitals.

    Raises:
        OutletUnknown: none is called so, or several are.
    """
    wanted = " ".join(text.split()).casefold()
    found = [one for one in outlets if wanted in (str(one.id), one.domain)]
    found = found or [one for one in outlets if one.name.casefold() == wanted]
    if len(found) != 1:
        raise OutletUnknown(text)
    return found[0]


def _check_room(label: OwnLabel, own: "tuple[OwnLabel, ...] | list[OwnLabel]") -> None:
    axes = {one.axis for one in own} | {label.axis}
    if len(axes) > MOST_AXES:
        raise LabelRefused(f"there are {MOST_AXES} axes already; take one away first")
