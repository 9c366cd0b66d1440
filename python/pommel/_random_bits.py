"""Where random bits come from: seeds, and generators of bits with states that can be kept."""

from __future__ import annotations

from operator import index as _index

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import (
        Any, ArrayLike, ElementType, Iterable, Iterator, Seed, Size, ndarray,
    )


def shape_of(size: Any) -> tuple[int, ...]:
    """The shape that an argument ``size`` means."""
    if size is None:
        return ()
    return tuple(map(_index, size)) if hasattr(size, "__iter__") else (_index(size),)


def _words(seed: Any) -> list[int]:
    """A seed as words of 32 bits, the lowest first, as NumPy's SeedSequence reads it."""
    if isinstance(seed, (list, tuple)) or (hasattr(seed, "tolist") and not hasattr(seed, "__index__")):
        words = []
        for part in seed.tolist() if hasattr(seed, "tolist") else seed:
            words += _words(part)
        return words
    seed = _index(seed)
    if seed < 0:
        raise ValueError("argument 'seed' must not be negative, not {}".format(seed))
    words = [seed & 0xFFFFFFFF]
    while seed >> 32:
        seed >>= 32
        words.append(seed & 0xFFFFFFFF)
    return words


def _hashed(words: Iterable[int], constant: int, factor: int) -> Iterator[int]:
    """Words mixed with a constant that changes from one to the next."""
    for word in words:
        word ^= constant
        constant = constant * factor & _WORD
        word = word * constant & _WORD
        yield word ^ word >> 16


_WORD = 0xFFFFFFFF


class SeedSequence:
    """A seed that is spread over all bits of a generator's state, and the seeds of its children.

    ``entropy`` is an int, a sequence of ints, or None for the system's randomness; ``spawn_key``
    tells children apart. The states are NumPy's.

    >>> import pommel as pm
    >>> pm.random.SeedSequence(42).generate_state(2)
    array([3444837047, 2669555309], dtype=uint32)
    """

    #: How many words of 32 bits the entropy is mixed in.
    pool_size = 4

    def __init__(self, entropy: Seed = None, *, spawn_key: Iterable[int] = ()) -> None:
        if entropy is None:
            from os import urandom

            entropy = int.from_bytes(urandom(16), "little")
        self.entropy = entropy
        self.spawn_key = tuple(spawn_key)
        self.n_children_spawned = 0
        words = _words(entropy)
        if self.spawn_key:
            # Keys must not be taken for entropy.
            words += [0] * (self.pool_size - len(words)) + _words(self.spawn_key)
        self._assembled = words

    def generate_state(self, n_words: int, dtype: ElementType = "uint32") -> ndarray:
        """So many words of a state, of ``uint32`` or ``uint64``."""
        dtype = _native.dtype(dtype)
        if dtype not in ("uint32", "uint64"):
            raise ValueError("argument 'dtype' must be uint32 or uint64, not {}".format(dtype))
        halves = dtype.itemsize // 4
        pool = self._pool()
        repeated = (pool[i % self.pool_size] for i in range(n_words * halves))
        words = list(_hashed(repeated, 0x8B51F9DD, 0x58F38DED))
        state = [sum(word << 32 * i for i, word in enumerate(words[at:at + halves]))
                 for at in range(0, len(words), halves)]
        return _native.array(state, dtype=dtype)

    def _pool(self) -> list[int]:
        """The entropy, mixed (M. E. O'Neill, "Developing a seed_seq alternative", 2015)."""
        size, words = self.pool_size, self._assembled
        pool: list[int] = []

        def sources() -> Iterator[int]:
            yield from (words + [0] * size)[:size]
            for source in range(size):
                for _ in range(size - 1):
                    yield pool[source]
            for word in words[size:]:
                for _ in range(size):
                    yield word

        hashed = _hashed(sources(), 0x43B0D7E5, 0x931E8875)
        for _ in range(size):
            pool.append(next(hashed))
        targets = [target for source in range(size) for target in range(size) if target != source]
        for target in targets + list(range(size)) * max(0, len(words) - size):
            mixed = (0xCA01F9DD * pool[target] - 0x4973F715 * next(hashed)) & _WORD
            pool[target] = mixed ^ mixed >> 16
        return pool

    def spawn(self, n_children: int) -> list[SeedSequence]:
        """So many sequences that are independent of this one and of each other."""
        first = self.n_children_spawned
        self.n_children_spawned += n_children
        return [type(self)(self.entropy, spawn_key=(*self.spawn_key, i))
                for i in range(first, self.n_children_spawned)]

    def __repr__(self) -> str:
        return "SeedSequence(entropy={!r}, spawn_key={!r})".format(self.entropy, self.spawn_key)


class BitGenerator:
    """What generators of random bits have in common."""

    #: The native part's name of it.
    _kind = ""

    def __init__(self, seed: Seed | SeedSequence = None) -> None:
        if not self._kind:
            raise NotImplementedError("BitGenerator makes no bits: use PCG64, MT19937 or "
                                      "another one of pommel.random")
        #: Where the state comes from; None for one that was seeded otherwise.
        self.seed_seq: SeedSequence | None = (
            seed if isinstance(seed, SeedSequence) else SeedSequence(seed))
        self._stream = _native.RandomStream(self.seed_seq._assembled, self._kind)

    @property
    def state(self) -> dict[str, Any]:
        """All that it remembers: a dict, as NumPy has it, which can be set."""
        return self._state()

    @state.setter
    def state(self, value: dict[str, Any]) -> None:
        if not isinstance(value, dict):
            raise TypeError("argument 'state' must be a dict, not {}".format(type(value).__name__))
        if value.get("bit_generator") != self._kind:
            raise ValueError("argument 'state' must be one of a {}, not of {!r}".format(
                self._kind, value.get("bit_generator")))
        self._set_state(value)

    def _state(self) -> dict[str, Any]:
        raise NotImplementedError

    def _set_state(self, value: dict[str, Any]) -> None:
        raise NotImplementedError

    def random_raw(self, size: Size = None, output: bool = True) -> Any:
        """Words of random bits as they come: an int, or an array of ``uint64``; without ``output``
        they are drawn and None is the result."""
        words = self._stream.raw(shape_of(size))
        if not output:
            return None
        return words.item() if size is None else words

    def spawn(self, n_children: int) -> list[Any]:
        """So many generators of bits that are independent of this one and of each other."""
        if self.seed_seq is None:
            raise TypeError("generators of bits that were not seeded by a SeedSequence cannot spawn")
        return [type(self)(child) for child in self.seed_seq.spawn(n_children)]

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.state, self.seed_seq)


def _restored(kind: type[BitGenerator], state: dict[str, Any],
              seed_seq: SeedSequence | None) -> BitGenerator:
    """The generator of bits that a pickle describes."""
    bits = kind(0)
    bits.seed_seq, bits.state = seed_seq, state
    return bits


class PCG64(BitGenerator):
    """The bits that a ``Generator`` makes numbers of: those of NumPy's ``PCG64`` of a seed.

    ``seed`` is an int, a sequence of ints, a ``SeedSequence``, or None for the system's
    randomness.

    >>> import pommel as pm
    >>> rng = pm.random.Generator(pm.random.PCG64(42))
    >>> float(rng.random())
    0.7739560485559633
    """

    _kind = "PCG64"

    #: 2**128 by the golden ratio: jumps of this length never meet.
    _JUMP = 0x9E3779B97F4A7C15F39CC0605CEDC835

    def _state(self) -> dict[str, Any]:
        (high, low), (inc_high, inc_low), has_uint32, uinteger = self._stream.state()
        return {
            "bit_generator": "PCG64",
            "state": {"state": high << 64 | low, "inc": inc_high << 64 | inc_low},
            "has_uint32": int(has_uint32),
            "uinteger": uinteger,
        }

    def _set_state(self, value: dict[str, Any]) -> None:
        state, inc = (_halves(_index(value["state"][name])) for name in ("state", "inc"))
        self._stream.set_pcg64(state, inc, bool(value["has_uint32"]), _index(value["uinteger"]))

    def advance(self, delta: int) -> PCG64:
        """Goes on as if so many words had been drawn; a negative number goes back."""
        self._stream.advance(*_halves(_index(delta) % 2**128))
        return self

    def jumped(self, jumps: int = 1) -> PCG64:
        """A generator of bits that is so many jumps ahead, each longer than any program draws."""
        other = PCG64(0)
        other.state = self.state
        return other.advance(self._JUMP * jumps)


def _halves(value: int) -> tuple[int, int]:
    return value >> 64, value & 2**64 - 1


class MT19937(BitGenerator):
    """The bits of NumPy's older functions, also for a ``Generator``: the Mersenne Twister.

    ``seed`` is an int, a sequence of ints, a ``SeedSequence``, or None for the system's
    randomness; ``RandomState`` seeds it as NumPy's older functions do.

    >>> import pommel as pm
    >>> rng = pm.random.Generator(pm.random.MT19937(42))
    >>> float(rng.random())
    0.5419938930062744
    """

    _kind = "MT19937"

    def _state(self) -> dict[str, Any]:
        key, position = self._stream.state()
        return {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}

    def _set_state(self, value: dict[str, Any]) -> None:
        key = _native.asarray(value["state"]["key"], dtype="uint32")
        self._stream.set_mt19937(key.tolist(), _index(value["state"]["pos"]))

    def _legacy_seeding(self, seed: ArrayLike) -> None:
        """Seeds it as NumPy's older functions do."""
        self.seed_seq = None
        if seed is None:
            self.seed_seq = SeedSequence()
            self._stream.restart(self.seed_seq._assembled, "MT19937")
        elif hasattr(seed, "squeeze") and getattr(seed, "size", 0) == 1:
            self._stream.restart([_word(_index(seed.reshape(-1)[0]))], "integer")
        elif isinstance(seed, int) or hasattr(seed, "__index__") and not hasattr(seed, "shape"):
            self._stream.restart([_word(_index(seed))], "integer")
        else:
            words = _native.asarray(seed)
            if not words.size or words.ndim > 1:
                raise ValueError("argument 'seed' must be an int or a sequence of ints, not an array "
                                 "of the shape {}".format(words.shape))
            if words.dtype.kind not in "iu":
                raise TypeError("argument 'seed' must be integers, not {}".format(words.dtype))
            self._stream.restart([_word(word) for word in words.reshape(-1).tolist()], "integers")


def _word(seed: int) -> int:
    if not 0 <= seed < 2**32:
        raise ValueError("argument 'seed' must be from 0 up to 2**32, not {}".format(seed))
    return seed


class _OfWords(BitGenerator):
    """Generators of bits whose state is a row of words."""

    def _words(self) -> tuple[list[int], dict[str, int]]:
        """All words of the state, and the half of a word that is left."""
        words, has_uint32, uinteger = self._stream.state()
        return words, {"has_uint32": int(has_uint32), "uinteger": uinteger}

    def _set_words(self, words: list[int], value: dict[str, Any]) -> None:
        self._stream.set_words(words, bool(value["has_uint32"]), _index(value["uinteger"]))


def _uint64(words: list[int]) -> ndarray:
    return _native.array(words, dtype="uint64")


class SFC64(_OfWords):
    """The bits of NumPy's ``SFC64``: C. Doty-Humphrey's Small Fast Chaotic generator.

    ``seed`` is an int, a sequence of ints, a ``SeedSequence``, or None for the system's
    randomness.

    >>> import pommel as pm
    >>> rng = pm.random.Generator(pm.random.SFC64(42))
    >>> float(rng.random())
    0.5299360452325557
    """

    _kind = "SFC64"

    def _state(self) -> dict[str, Any]:
        words, half = self._words()
        return {"bit_generator": "SFC64", "state": {"state": _uint64(words)}, **half}

    def _set_state(self, value: dict[str, Any]) -> None:
        self._set_words([_index(word) for word in value["state"]["state"]], value)


class Philox(_OfWords):
    """The bits of NumPy's ``Philox``: numbers counted, and ciphered by a key.

    ``seed`` is an int, a sequence of ints, a ``SeedSequence``, or None for the system's
    randomness. Instead, ``key`` tells streams apart, an int below 2**128, and ``counter``, an int
    below 2**256, says where the stream begins.

    >>> import pommel as pm
    >>> rng = pm.random.Generator(pm.random.Philox(key=7))
    >>> float(rng.random())
    0.8720734548204873
    """

    _kind = "Philox"

    def __init__(self, seed: Seed | SeedSequence = None, counter: Any = None,
                 key: Any = None) -> None:
        if seed is not None and key is not None:
            raise ValueError("arguments 'seed' and 'key' exclude each other: leave one of them out")
        super().__init__(seed)
        if key is None and counter is None:
            return
        state = self.state
        if key is not None:
            self.seed_seq = None
            state["state"]["key"] = _many_words("key", key, 2)
        if counter is not None:
            state["state"]["counter"] = _many_words("counter", counter, 4)
        self.state = state

    def _state(self) -> dict[str, Any]:
        words, half = self._words()
        return {"bit_generator": "Philox",
                "state": {"counter": _uint64(words[:4]), "key": _uint64(words[4:6])},
                "buffer": _uint64(words[6:10]), "buffer_pos": words[10], **half}

    def _set_state(self, value: dict[str, Any]) -> None:
        parts = (value["state"]["counter"], value["state"]["key"], value["buffer"])
        words = [_index(word) for part in parts for word in part]
        self._set_words([*words, _index(value["buffer_pos"])], value)

    def advance(self, delta: int) -> Philox:
        """Goes on as if so many blocks of four words had been drawn."""
        self._stream.advance(*_halves(_index(delta) % 2**128))
        return self

    def jumped(self, jumps: int = 1) -> Philox:
        """A generator of bits that is so many times 2**128 blocks ahead."""
        other, state = Philox(0), self.state
        counter = sum(int(word) << 64 * i for i, word in enumerate(state["state"]["counter"]))
        counter = (counter + (_index(jumps) << 128)) % 2**256
        state["state"]["counter"] = _many_words("counter", counter, 4)
        state.update(buffer=_uint64([0] * 4), buffer_pos=4, has_uint32=0, uinteger=0)
        other.state = state
        return other


def _many_words(name: str, value: Any, count: int) -> ndarray:
    """A number of so many words of 64 bits, or these themselves, the lowest first."""
    if hasattr(value, "__index__") and not getattr(value, "ndim", 0):
        number = _index(value)
        if not 0 <= number < 2**(64 * count):
            raise ValueError("argument {!r} must be from 0 up to 2**{}, not {}".format(
                name, 64 * count, number))
        return _uint64([number >> 64 * i & 2**64 - 1 for i in range(count)])
    words = [_index(word) for word in value]
    if len(words) != count:
        raise ValueError("argument {!r} must be an int or {} words, not {}".format(
            name, count, len(words)))
    return _uint64(words)


class PCG64DXSM(_OfWords):
    """The bits of NumPy's ``PCG64DXSM``: PCG64 with a cheaper step and a stronger output.

    ``seed`` is an int, a sequence of ints, a ``SeedSequence``, or None for the system's
    randomness.

    >>> import pommel as pm
    >>> rng = pm.random.Generator(pm.random.PCG64DXSM(42))
    >>> float(rng.random())
    0.6684007764691958
    """

    _kind = "PCG64DXSM"

    def _state(self) -> dict[str, Any]:
        (high, low, inc_high, inc_low), half = self._words()
        return {"bit_generator": "PCG64DXSM",
                "state": {"state": high << 64 | low, "inc": inc_high << 64 | inc_low}, **half}

    def _set_state(self, value: dict[str, Any]) -> None:
        halves = [_halves(_index(value["state"][name])) for name in ("state", "inc")]
        self._set_words([*halves[0], *halves[1]], value)

    def advance(self, delta: int) -> PCG64DXSM:
        """Goes on as if so many words had been drawn; a negative number goes back."""
        self._stream.advance(*_halves(_index(delta) % 2**128))
        return self

    def jumped(self, jumps: int = 1) -> PCG64DXSM:
        """A generator of bits that is so many jumps ahead, each longer than any program draws."""
        other = PCG64DXSM(0)
        other.state = self.state
        return other.advance(PCG64._JUMP * jumps)
