"""Steps of RK45 for states of 3: made by `tests/pommel/test_integrate_ready.py`."""

# The names are those of whoever runs this code.
# mypy: ignore-errors

def loop(fun, args, events, t, y, f, g, h, direction, t_end, rtol, atol, max_step, out_t, out_y, out_q):
    room = len(out_t)
    [y_0, y_1, y_2] = y
    [k0_0, k0_1, k0_2] = f
    [rtol_0, rtol_1, rtol_2] = rtol
    [atol_0, atol_1, atol_2] = atol
    count = 0
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
        [k1_0, k1_1, k1_2] = fun(t + 0.2 * step, array([y_0 + step * (0.2 * k0_0), y_1 + step * (0.2 * k0_1), y_2 + step * (0.2 * k0_2)]), *args)
        k1_0 = number(k1_0)
        k1_1 = number(k1_1)
        k1_2 = number(k1_2)
        [k2_0, k2_1, k2_2] = fun(t + 0.3 * step, array([y_0 + step * (0.075 * k0_0 + 0.225 * k1_0), y_1 + step * (0.075 * k0_1 + 0.225 * k1_1), y_2 + step * (0.075 * k0_2 + 0.225 * k1_2)]), *args)
        k2_0 = number(k2_0)
        k2_1 = number(k2_1)
        k2_2 = number(k2_2)
        [k3_0, k3_1, k3_2] = fun(t + 0.8 * step, array([y_0 + step * (0.9777777777777777 * k0_0 + -3.7333333333333334 * k1_0 + 3.5555555555555554 * k2_0), y_1 + step * (0.9777777777777777 * k0_1 + -3.7333333333333334 * k1_1 + 3.5555555555555554 * k2_1), y_2 + step * (0.9777777777777777 * k0_2 + -3.7333333333333334 * k1_2 + 3.5555555555555554 * k2_2)]), *args)
        k3_0 = number(k3_0)
        k3_1 = number(k3_1)
        k3_2 = number(k3_2)
        [k4_0, k4_1, k4_2] = fun(t + 0.8888888888888888 * step, array([y_0 + step * (2.9525986892242035 * k0_0 + -11.595793324188385 * k1_0 + 9.822892851699436 * k2_0 + -0.2908093278463649 * k3_0), y_1 + step * (2.9525986892242035 * k0_1 + -11.595793324188385 * k1_1 + 9.822892851699436 * k2_1 + -0.2908093278463649 * k3_1), y_2 + step * (2.9525986892242035 * k0_2 + -11.595793324188385 * k1_2 + 9.822892851699436 * k2_2 + -0.2908093278463649 * k3_2)]), *args)
        k4_0 = number(k4_0)
        k4_1 = number(k4_1)
        k4_2 = number(k4_2)
        [k5_0, k5_1, k5_2] = fun(t + 1.0 * step, array([y_0 + step * (2.8462752525252526 * k0_0 + -10.757575757575758 * k1_0 + 8.906422717743473 * k2_0 + 0.2784090909090909 * k3_0 + -0.2735313036020583 * k4_0), y_1 + step * (2.8462752525252526 * k0_1 + -10.757575757575758 * k1_1 + 8.906422717743473 * k2_1 + 0.2784090909090909 * k3_1 + -0.2735313036020583 * k4_1), y_2 + step * (2.8462752525252526 * k0_2 + -10.757575757575758 * k1_2 + 8.906422717743473 * k2_2 + 0.2784090909090909 * k3_2 + -0.2735313036020583 * k4_2)]), *args)
        k5_0 = number(k5_0)
        k5_1 = number(k5_1)
        k5_2 = number(k5_2)
        new_0 = y_0 + step * (0.09114583333333333 * k0_0 + 0.44923629829290207 * k2_0 + 0.6510416666666666 * k3_0 + -0.322376179245283 * k4_0 + 0.13095238095238096 * k5_0)
        new_1 = y_1 + step * (0.09114583333333333 * k0_1 + 0.44923629829290207 * k2_1 + 0.6510416666666666 * k3_1 + -0.322376179245283 * k4_1 + 0.13095238095238096 * k5_1)
        new_2 = y_2 + step * (0.09114583333333333 * k0_2 + 0.44923629829290207 * k2_2 + 0.6510416666666666 * k3_2 + -0.322376179245283 * k4_2 + 0.13095238095238096 * k5_2)
        [k6_0, k6_1, k6_2] = fun(t_new, array([new_0, new_1, new_2]), *args)
        k6_0 = number(k6_0)
        k6_1 = number(k6_1)
        k6_2 = number(k6_2)
        tries += 1
        scale_0 = atol_0 + larger(abs(y_0), abs(new_0)) * rtol_0
        scale_1 = atol_1 + larger(abs(y_1), abs(new_1)) * rtol_1
        scale_2 = atol_2 + larger(abs(y_2), abs(new_2)) * rtol_2
        norm = 0.0
        error_0 = abs(-0.0012326388888888888 * k0_0 + 0.0042527702905061394 * k2_0 + -0.03697916666666667 * k3_0 + 0.05086379716981132 * k4_0 + -0.0419047619047619 * k5_0 + 0.025 * k6_0) / scale_0
        error_1 = abs(-0.0012326388888888888 * k0_1 + 0.0042527702905061394 * k2_1 + -0.03697916666666667 * k3_1 + 0.05086379716981132 * k4_1 + -0.0419047619047619 * k5_1 + 0.025 * k6_1) / scale_1
        error_2 = abs(-0.0012326388888888888 * k0_2 + 0.0042527702905061394 * k2_2 + -0.03697916666666667 * k3_2 + 0.05086379716981132 * k4_2 + -0.0419047619047619 * k5_2 + 0.025 * k6_2) / scale_2
        norm += total(error_0 * error_0)
        norm += total(error_1 * error_1)
        norm += total(error_2 * error_2)
        norm = h * sqrt(norm / 3)
        if norm < 1.0:
            if norm == 0.0:
                factor = 10.0
            else:
                factor = min(10.0, 0.9 * norm ** -0.2)
            if rejected:
                factor = min(1.0, factor)
        else:
            h *= max(0.2, 0.9 * norm ** -0.2)
            rejected = True
            continue
        t = t_new
        out_t[count] = t
        y_0 = new_0
        y_1 = new_1
        y_2 = new_2
        k0_0 = k6_0
        k0_1 = k6_1
        k0_2 = k6_2
        out_y[count, 0] = y_0
        out_y[count, 1] = y_1
        out_y[count, 2] = y_2
        count += 1
        h *= factor
        rejected = False
        if t == t_end:
            status = 1
            break
        if hit:
            break
    return status, hit, count, tries, t, [y_0, y_1, y_2], [k0_0, k0_1, k0_2], [], [], h
