"""What keeps the product from starting, told to the person who started it."""


class Complaint(Exception):
    """One thing that is wrong and how to mend it, in both languages; printed without a traceback."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(f"{english}\n{chinese}")
