"""What can be wrong with a wish about outlets: their names, their labels, the lenses by who tells what."""

from aggregator.domain.errors import WrongUse


class OutletUnknown(WrongUse):
    """No outlet, or more than one, is called so."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"There is no one outlet called “{name}”. `broadfold outlets list` shows them with their numbers."
        )


class LabelRefused(WrongUse):
    """An outlet cannot be labelled in this way."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Nothing was labelled: {reason}.")


class LabelsUnreadable(WrongUse):
    """A CSV file of labels is not what it should be."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"{name} cannot be imported: {reason}. Its first line needs the column “domain” and one for each "
            "axis. Nothing was labelled."
        )


class LensUnknown(WrongUse):
    """The front page was asked for through a lens that there is not."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The front page cannot be shown in this way: {reason}.")
