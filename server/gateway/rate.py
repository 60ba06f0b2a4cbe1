"""How fast one user may ask: a bucket of tokens each, in this process, forgotten when long unused."""

from collections import OrderedDict


class Buckets:
    """`rate` requests a second, `burst` at once, for at most `users` users remembered."""

    def __init__(self, rate: float = 50, burst: int = 300, users: int = 10_000) -> None:
        self._rate = rate
        self._burst = burst
        self._users = users
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, user_id: str, now: int) -> int:
        """Take one token at `now`, in milliseconds. 0, or after how many whole seconds there will be one again."""
        left, at = self._left.pop(user_id, (float(self._burst), now))
        left = min(self._burst, left + max(0, now - at) * self._rate / 1000)
        self._left[user_id] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > self._users:
            self._left.popitem(last=False)
        return 0 if left >= 1 else max(1, round((1 - left) / self._rate))


class Seldom:
    """Whether something is due again for a key: once every so many milliseconds, for at most `keys` keys remembered."""

    def __init__(self, every_ms: int, keys: int = 10_000) -> None:
        self._every_ms = every_ms
        self._keys = keys
        self._last: OrderedDict[str, int] = OrderedDict()

    def due(self, key: str, now: int) -> bool:
        """True once, and then not before the time is up."""
        last = self._last.get(key)
        if last is not None and 0 <= now - last < self._every_ms:
            return False
        self._last[key] = now
        self._last.move_to_end(key)
        if len(self._last) > self._keys:
            self._last.popitem(last=False)
        return True
