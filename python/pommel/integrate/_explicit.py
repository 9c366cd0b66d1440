"""Explicit Runge-Kutta methods: their coefficients, and the loop of steps that they make.

RK45 is of Dormand and Prince (1980), with its continuous extension by Shampine (1986); RK23 of Bogacki and
Shampine (1989); DOP853 of Dormand and Prince with the error estimates and the extension of Hairer, Norsett and
Wanner, Solving Ordinary Differential Equations I (1993), II.5 and II.6. From there comes the control of steps.
"""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence


class Explicit:
    """A method: ``a`` has a row for each evaluation but the first, the last of which gives the new state, ``c``
    says at which part of the step they are, ``errors`` are estimates of the error. Between steps a polynomial
    has columns for the ends of the step, one more for each row of ``d``, and may need evaluations of its own
    (``more``)."""

    def __init__(self, name: str, order: int, a: Sequence[Sequence[float]], c: Sequence[float],
                 errors: Sequence[Sequence[float]], d: Sequence[Sequence[float]] = (),
                 more: Sequence[Sequence[float]] = (), at: Sequence[float] = ()) -> None:
        self.name, self.order, self.a, self.c, self.errors, self.d = name, order, a, c, errors, d
        self.more, self.at = more, at

    @property
    def columns(self) -> int:
        return 3 + len(self.d)

    @lru_cache(maxsize=None)
    def text(self, events: int, is_dense: bool, only_at_events: bool = False) -> str:
        """The function ``loop``, which does steps until something happens. What is between steps may be wanted only
        where events are."""
        last = len(self.a)
        g, old_g = _names("g", events), _names("old_g", events)
        parts = [_HEAD.format(unpacked="    [{0}] = [{1}] = g\n".format(g, old_g) if events else "")]
        for j, (row, c) in enumerate(zip(self.a[:-1], self.c), 1):
            parts.append(_STAGE.format(j=j, c=c, sum=_sum(row)))
        parts.append(_NEW.format(j=last, sum=_sum(self.a[-1]), exponent=-1.0 / (self.order + 1),
                                 error=self._error()))
        between = self._between() if is_dense else []
        happenings = [_EVENT.format(e=e) for e in range(events)]
        if only_at_events:
            lines = "".join(between).replace("out_q[count", "out_q[0").splitlines(True)
            parts += [*happenings, "        if hit:\n", *("    " + line for line in lines)]
        else:
            parts += [*between, *happenings]
        parts.append(_TAIL.format(j=last, g=g, old_g=old_g))
        return "".join(parts)

    def _between(self) -> list[str]:
        last = len(self.a)
        parts = [_STAGE.format(j=j, c=c, sum=_sum(row))
                 for j, (row, c) in enumerate(zip(self.more, self.at), last + 1)]
        parts.append(_ENDS.format(j=last))
        parts += ["        out_q[count, {}, i] = step * ({})\n".format(j, _sum(row)) for j, row in enumerate(self.d, 3)]
        return parts

    def _error(self) -> str:
        if len(self.errors) == 1:
            return _ERROR.format(sum=_sum(self.errors[0]))
        return _ERRORS.format(*map(_sum, self.errors))


def _names(name: str, count: int) -> str:
    return ", ".join("{}_{}".format(name, i) for i in range(count))


def _sum(row: Sequence[float]) -> str:
    """A sum of derivatives with weights."""
    return " + ".join("{!r} * k{}[i]".format(float(weight), j) for j, weight in enumerate(row) if weight)


# A step of a size that was refused is tried again with a smaller one. `h` is the size without its sign.
_HEAD = """def loop(fun, args, events, t, y, f, g, h, direction, t_end, rtol, atol, max_step, out_t, out_y, out_q):
    room = len(out_t)
    {{y[i]}} = y
    {{k0[i]}} = f
    {{rtol[i]}} = rtol
    {{atol[i]}} = atol
{unpacked}    count = 0
    tries = 0
    status = 0
    hit = False
    rejected = False
    while count < room:
        smallest = 2.220446049250313e-15 * abs(t)
        if h <= smallest or not h >= 1e-320:
            if rejected or not h == h:
                status = -1
                break
            h = smallest
        elif h > max_step:
            h = max_step
        step = h * direction
        t_new = t + step
        if direction * (t_new - t_end) > 0.0:
            t_new = t_end
            step = t_new - t
            h = abs(step)
"""

_STAGE = """        {{k{j}[i]}} = fun(t + {c!r} * step, array({{y[i] + step * ({sum})}}), *args)
        k{j}[i] = number(k{j}[i])
"""

_NEW = """        new[i] = y[i] + step * ({sum})
        {{k{j}[i]}} = fun(t_new, array({{new[i]}}), *args)
        k{j}[i] = number(k{j}[i])
        tries += 1
        scale[i] = atol[i] + larger(abs(y[i]), abs(new[i])) * rtol[i]
{error}        if norm < 1.0:
            if norm == 0.0:
                factor = 10.0
            else:
                factor = min(10.0, 0.9 * norm ** {exponent!r})
            if rejected:
                factor = min(1.0, factor)
        else:
            h *= max(0.2, 0.9 * norm ** {exponent!r})
            rejected = True
            continue
"""

_ERROR = """        norm = 0.0
        error[i] = abs({sum}) / scale[i]
        norm += total(error[i] * error[i])
        norm = h * sqrt(norm / (n))
"""

_ERRORS = """        norm = 0.0
        error[i] = abs({0}) / scale[i]
        norm += total(error[i] * error[i])
        other = 0.0
        error[i] = abs({1}) / scale[i]
        other += total(error[i] * error[i])
        if norm > 0.0:
            norm *= h / sqrt((norm + 0.01 * other) * (n))
"""

_ENDS = """        rise[i] = new[i] - y[i]
        bend[i] = step * k0[i] - rise[i]
        out_q[count, 0, i] = rise[i]
        out_q[count, 1, i] = bend[i]
        out_q[count, 2, i] = rise[i] - step * k{j}[i] - bend[i]
"""

_EVENT = """        new_g_{e} = float(events[{e}](t_new, array({{new[i]}}), *args))
        if g_{e} <= 0.0 <= new_g_{e} or g_{e} >= 0.0 >= new_g_{e}:
            hit = True
        old_g_{e}, g_{e} = g_{e}, new_g_{e}
"""

_TAIL = """        t = t_new
        out_t[count] = t
        y[i] = new[i]
        k0[i] = k{j}[i]
        out_y[count, i] = y[i]
        count += 1
        h *= factor
        rejected = False
        if t == t_end:
            status = 1
            break
        if hit:
            break
    return status, hit, count, tries, t, {{y[i]}}, {{k0[i]}}, [{old_g}], [{g}], h
"""

_DOP853_A = (
    (0.05260015195876773,),
    (0.0197250569845379, 0.0591751709536137),
    (0.02958758547680685, 0, 0.08876275643042054),
    (0.2413651341592667, 0, -0.8845494793282861, 0.924834003261792),
    (0.037037037037037035, 0, 0, 0.17082860872947386, 0.12546768756682242),
    (0.037109375, 0, 0, 0.17025221101954405, 0.06021653898045596, -0.017578125),
    (0.03709200011850479, 0, 0, 0.17038392571223998, 0.10726203044637328, -0.015319437748624402,
     0.008273789163814023),
    (0.6241109587160757, 0, 0, -3.3608926294469414, -0.868219346841726, 27.59209969944671, 20.154067550477894,
     -43.48988418106996),
    (0.47766253643826434, 0, 0, -2.4881146199716677, -0.590290826836843, 21.230051448181193,
     15.279233632882423, -33.28821096898486, -0.020331201708508627),
    (-0.9371424300859873, 0, 0, 5.186372428844064, 1.0914373489967295, -8.149787010746927, -18.52006565999696,
     22.739487099350505, 2.4936055526796523, -3.0467644718982196),
    (2.273310147516538, 0, 0, -10.53449546673725, -2.0008720582248625, -17.9589318631188, 27.94888452941996,
     -2.8589982771350235, -8.87285693353063, 12.360567175794303, 0.6433927460157636),
    (0.054293734116568765, 0, 0, 0, 0, 4.450312892752409, 1.8915178993145003, -5.801203960010585,
     0.3111643669578199, -0.1521609496625161, 0.20136540080403034, 0.04471061572777259),
)
_DOP853_MORE = (
    (0.056167502283047954, 0, 0, 0, 0, 0, 0.25350021021662483, -0.2462390374708025, -0.12419142326381637,
     0.15329179827876568, 0.00820105229563469, 0.007567897660545699, -0.008298),
    (0.03183464816350214, 0, 0, 0, 0, 0.028300909672366776, 0.053541988307438566, -0.05492374857139099, 0, 0,
     -0.00010834732869724932, 0.0003825710908356584, -0.00034046500868740456, 0.1413124436746325),
    (-0.42889630158379194, 0, 0, 0, 0, -4.697621415361164, 7.683421196062599, 4.06898981839711,
     0.3567271874552811, 0, 0, 0, -0.0013990241651590145, 2.9475147891527724, -9.15095847217987),
)
_DOP853_D = (
    (-8.428938276109013, 0, 0, 0, 0, 0.5667149535193777, -3.0689499459498917, 2.38466765651207,
     2.117034582445028, -0.871391583777973, 2.2404374302607883, 0.6315787787694688, -0.08899033645133331,
     18.148505520854727, -9.194632392478356, -4.436036387594894),
    (10.427508642579134, 0, 0, 0, 0, 242.28349177525817, 165.20045171727028, -374.5467547226902,
     -22.113666853125306, 7.733432668472264, -30.674084731089398, -9.332130526430229, 15.697238121770845,
     -31.139403219565178, -9.35292435884448, 35.81684148639408),
    (19.985053242002433, 0, 0, 0, 0, -387.0373087493518, -189.17813819516758, 527.8081592054236,
     -11.57390253995963, 6.8812326946963, -1.0006050966910838, 0.7777137798053443, -2.778205752353508,
     -60.19669523126412, 84.32040550667716, 11.99229113618279),
    (-25.69393346270375, 0, 0, 0, 0, -154.18974869023643, -231.5293791760455, 357.6391179106141,
     93.40532418362432, -37.45832313645163, 104.0996495089623, 29.8402934266605, -43.53345659001114,
     96.32455395918828, -39.17726167561544, -149.72683625798564),
)
_DOP853_ERRORS = (
    (0.01312004499419488, 0, 0, 0, 0, -1.2251564463762044, -0.4957589496572502, 1.6643771824549864,
     -0.35032884874997366, 0.3341791187130175, 0.08192320648511571, -0.022355307863886294),
    (-0.18980075407240762, 0, 0, 0, 0, 4.450312892752409, 1.8915178993145003, -5.801203960010585,
     -0.4226823213237919, -0.1521609496625161, 0.20136540080403034, 0.02265179219836082),
)

RK23 = Explicit(
    "RK23", 2,
    ((1 / 2,), (0, 3 / 4), (2 / 9, 1 / 3, 4 / 9)),
    (1 / 2, 3 / 4),
    ((5 / 72, -1 / 12, -1 / 9, 1 / 8),),
)

RK45 = Explicit(
    "RK45", 4,
    ((1 / 5,),
     (3 / 40, 9 / 40),
     (44 / 45, -56 / 15, 32 / 9),
     (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
     (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
     (35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)),
    (1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0),
    ((-71 / 57600, 0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40),),
    ((-12715105075 / 11282082432, 0, 87487479700 / 32700410799, -10690763975 / 1880347072,
      701980252875 / 199316789632, -1453857185 / 822651844, 69997945 / 29380423),),
)

DOP853 = Explicit(
    "DOP853", 7, _DOP853_A,
    (0.05260015195876773, 0.0789002279381516, 0.1183503419072274, 0.2816496580927726, 1 / 3, 1 / 4, 4 / 13,
     0.6512820512820513, 3 / 5, 6 / 7, 1.0),
    _DOP853_ERRORS, _DOP853_D, _DOP853_MORE, (1 / 10, 1 / 5, 7 / 9),
)

METHODS = {method.name: method for method in (RK45, RK23, DOP853)}
