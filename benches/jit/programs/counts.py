"""How often each remainder of n pseudo-random numbers occurs, counted in a dict."""


def run(n):
    counts = {}
    state = 1
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
        key = state // 65536 % 1000
        if key in counts:
            counts[key] += 1
        else:
            counts[key] = 1
    most = 0
    weighted = 0
    for key, count in counts.items():
        weighted += key * count
        if count > most:
            most = count
    return len(counts), most, weighted
