"""Steps of RK45 for states of 4, with what is between them: made by `tests/pommel/test_integrate_ready.py`."""

# The names are those of whoever runs this code.
# mypy: ignore-errors

def loop(fun, args, events, t, y, f, g, h, direction, t_end, rtol, atol, max_step, out_t, out_y, out_q):
    room = len(out_t)
    [y_0, y_1, y_2, y_3] = y
    [k0_0, k0_1, k0_2, k0_3] = f
    [rtol_0, rtol_1, rtol_2, rtol_3] = rtol
    [atol_0, atol_1, atol_2, atol_3] = atol
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
        [k1_0, k1_1, k1_2, k1_3] = fun(t + 0.2 * step, array([y_0 + step * (0.2 * k0_0), y_1 + step * (0.2 * k0_1), y_2 + step * (0.2 * k0_2), y_3 + step * (0.2 * k0_3)]), *args)
        k1_0 = number(k1_0)
        k1_1 = number(k1_1)
        k1_2 = number(k1_2)
        k1_3 = number(k1_3)
        [k2_0, k2_1, k2_2, k2_3] = fun(t + 0.3 * step, array([y_0 + step * (0.075 * k0_0 + 0.225 * k1_0), y_1 + step * (0.075 * k0_1 + 0.225 * k1_1), y_2 + step * (0.075 * k0_2 + 0.225 * k1_2), y_3 + step * (0.075 * k0_3 + 0.225 * k1_3)]), *args)
        k2_0 = number(k2_0)
        k2_1 = number(k2_1)
        k2_2 = number(k2_2)
        k2_3 = number(k2_3)
        [k3_0, k3_1, k3_2, k3_3] = fun(t + 0.8 * step, array([y_0 + step * (0.9777777777777777 * k0_0 + -3.7333333333333334 * k1_0 + 3.5555555555555554 * k2_0), y_1 + step * (0.9777777777777777 * k0_1 + -3.7333333333333334 * k1_1 + 3.5555555555555554 * k2_1), y_2 + step * (0.9777777777777777 * k0_2 + -3.7333333333333334 * k1_2 + 3.5555555555555554 * k2_2), y_3 + step * (0.9777777777777777 * k0_3 + -3.7333333333333334 * k1_3 + 3.5555555555555554 * k2_3)]), *args)
        k3_0 = number(k3_0)
        k3_1 = number(k3_1)
        k3_2 = number(k3_2)
        k3_3 = number(k3_3)
        [k4_0, k4_1, k4_2, k4_3] = fun(t + 0.8888888888888888 * step, array([y_0 + step * (2.9525986892242035 * k0_0 + -11.595793324188385 * k1_0 + 9.822892851699436 * k2_0 + -0.2908093278463649 * k3_0), y_1 + step * (2.9525986892242035 * k0_1 + -11.595793324188385 * k1_1 + 9.822892851699436 * k2_1 + -0.2908093278463649 * k3_1), y_2 + step * (2.9525986892242035 * k0_2 + -11.595793324188385 * k1_2 + 9.822892851699436 * k2_2 + -0.2908093278463649 * k3_2), y_3 + step * (2.9525986892242035 * k0_3 + -11.595793324188385 * k1_3 + 9.822892851699436 * k2_3 + -0.2908093278463649 * k3_3)]), *args)
        k4_0 = number(k4_0)
        k4_1 = number(k4_1)
        k4_2 = number(k4_2)
        k4_3 = number(k4_3)
        [k5_0, k5_1, k5_2, k5_3] = fun(t + 1.0 * step, array([y_0 + step * (2.8462752525252526 * k0_0 + -10.757575757575758 * k1_0 + 8.906422717743473 * k2_0 + 0.2784090909090909 * k3_0 + -0.2735313036020583 * k4_0), y_1 + step * (2.8462752525252526 * k0_1 + -10.757575757575758 * k1_1 + 8.906422717743473 * k2_1 + 0.2784090909090909 * k3_1 + -0.2735313036020583 * k4_1), y_2 + step * (2.8462752525252526 * k0_2 + -10.757575757575758 * k1_2 + 8.906422717743473 * k2_2 + 0.2784090909090909 * k3_2 + -0.2735313036020583 * k4_2), y_3 + step * (2.8462752525252526 * k0_3 + -10.757575757575758 * k1_3 + 8.906422717743473 * k2_3 + 0.2784090909090909 * k3_3 + -0.2735313036020583 * k4_3)]), *args)
        k5_0 = number(k5_0)
        k5_1 = number(k5_1)
        k5_2 = number(k5_2)
        k5_3 = number(k5_3)
        new_0 = y_0 + step * (0.09114583333333333 * k0_0 + 0.44923629829290207 * k2_0 + 0.6510416666666666 * k3_0 + -0.322376179245283 * k4_0 + 0.13095238095238096 * k5_0)
        new_1 = y_1 + step * (0.09114583333333333 * k0_1 + 0.44923629829290207 * k2_1 + 0.6510416666666666 * k3_1 + -0.322376179245283 * k4_1 + 0.13095238095238096 * k5_1)
        new_2 = y_2 + step * (0.09114583333333333 * k0_2 + 0.44923629829290207 * k2_2 + 0.6510416666666666 * k3_2 + -0.322376179245283 * k4_2 + 0.13095238095238096 * k5_2)
        new_3 = y_3 + step * (0.09114583333333333 * k0_3 + 0.44923629829290207 * k2_3 + 0.6510416666666666 * k3_3 + -0.322376179245283 * k4_3 + 0.13095238095238096 * k5_3)
        [k6_0, k6_1, k6_2, k6_3] = fun(t_new, array([new_0, new_1, new_2, new_3]), *args)
        k6_0 = number(k6_0)
        k6_1 = number(k6_1)
        k6_2 = number(k6_2)
        k6_3 = number(k6_3)
        tries += 1
        scale_0 = atol_0 + larger(abs(y_0), abs(new_0)) * rtol_0
        scale_1 = atol_1 + larger(abs(y_1), abs(new_1)) * rtol_1
        scale_2 = atol_2 + larger(abs(y_2), abs(new_2)) * rtol_2
        scale_3 = atol_3 + larger(abs(y_3), abs(new_3)) * rtol_3
        norm = 0.0
        error_0 = abs(-0.0012326388888888888 * k0_0 + 0.0042527702905061394 * k2_0 + -0.03697916666666667 * k3_0 + 0.05086379716981132 * k4_0 + -0.0419047619047619 * k5_0 + 0.025 * k6_0) / scale_0
        error_1 = abs(-0.0012326388888888888 * k0_1 + 0.0042527702905061394 * k2_1 + -0.03697916666666667 * k3_1 + 0.05086379716981132 * k4_1 + -0.0419047619047619 * k5_1 + 0.025 * k6_1) / scale_1
        error_2 = abs(-0.0012326388888888888 * k0_2 + 0.0042527702905061394 * k2_2 + -0.03697916666666667 * k3_2 + 0.05086379716981132 * k4_2 + -0.0419047619047619 * k5_2 + 0.025 * k6_2) / scale_2
        error_3 = abs(-0.0012326388888888888 * k0_3 + 0.0042527702905061394 * k2_3 + -0.03697916666666667 * k3_3 + 0.05086379716981132 * k4_3 + -0.0419047619047619 * k5_3 + 0.025 * k6_3) / scale_3
        norm += total(error_0 * error_0)
        norm += total(error_1 * error_1)
        norm += total(error_2 * error_2)
        norm += total(error_3 * error_3)
        norm = h * sqrt(norm / 4)
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
        rise_0 = new_0 - y_0
        rise_1 = new_1 - y_1
        rise_2 = new_2 - y_2
        rise_3 = new_3 - y_3
        bend_0 = step * k0_0 - rise_0
        bend_1 = step * k0_1 - rise_1
        bend_2 = step * k0_2 - rise_2
        bend_3 = step * k0_3 - rise_3
        out_q[count, 0, 0] = rise_0
        out_q[count, 0, 1] = rise_1
        out_q[count, 0, 2] = rise_2
        out_q[count, 0, 3] = rise_3
        out_q[count, 1, 0] = bend_0
        out_q[count, 1, 1] = bend_1
        out_q[count, 1, 2] = bend_2
        out_q[count, 1, 3] = bend_3
        out_q[count, 2, 0] = rise_0 - step * k6_0 - bend_0
        out_q[count, 2, 1] = rise_1 - step * k6_1 - bend_1
        out_q[count, 2, 2] = rise_2 - step * k6_2 - bend_2
        out_q[count, 2, 3] = rise_3 - step * k6_3 - bend_3
        out_q[count, 3, 0] = step * (-1.1270175653862835 * k0_0 + 2.675424484351598 * k2_0 + -5.685526961588504 * k3_0 + 3.5219323679207912 * k4_0 + -1.7672812570757455 * k5_0 + 2.382468931778144 * k6_0)
        out_q[count, 3, 1] = step * (-1.1270175653862835 * k0_1 + 2.675424484351598 * k2_1 + -5.685526961588504 * k3_1 + 3.5219323679207912 * k4_1 + -1.7672812570757455 * k5_1 + 2.382468931778144 * k6_1)
        out_q[count, 3, 2] = step * (-1.1270175653862835 * k0_2 + 2.675424484351598 * k2_2 + -5.685526961588504 * k3_2 + 3.5219323679207912 * k4_2 + -1.7672812570757455 * k5_2 + 2.382468931778144 * k6_2)
        out_q[count, 3, 3] = step * (-1.1270175653862835 * k0_3 + 2.675424484351598 * k2_3 + -5.685526961588504 * k3_3 + 3.5219323679207912 * k4_3 + -1.7672812570757455 * k5_3 + 2.382468931778144 * k6_3)
        t = t_new
        out_t[count] = t
        y_0 = new_0
        y_1 = new_1
        y_2 = new_2
        y_3 = new_3
        k0_0 = k6_0
        k0_1 = k6_1
        k0_2 = k6_2
        k0_3 = k6_3
        out_y[count, 0] = y_0
        out_y[count, 1] = y_1
        out_y[count, 2] = y_2
        out_y[count, 3] = y_3
        count += 1
        h *= factor
        rejected = False
        if t == t_end:
            status = 1
            break
        if hit:
            break
    return status, hit, count, tries, t, [y_0, y_1, y_2, y_3], [k0_0, k0_1, k0_2, k0_3], [], [], h
