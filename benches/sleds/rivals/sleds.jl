# The sleds in Julia, as its user writes them: the same functions over the same four-element arrays.
# A worker of its own: see ../../protocol.py.

function runge_kutta_step(derivative::Function, state, dt::Float64, t::Float64)
    k1 = derivative(t, state) * dt
    k2 = derivative(t, state + k1 / 2) * dt
    k3 = derivative(t, state + k2 / 2) * dt
    k4 = derivative(t, state + k3) * dt
    return state + (k1 + 2 * k2 + 2 * k3 + k4) / 6
end

function slide(t::Float64, state::Vector{Float64})
    x = state[1]
    y = state[2]
    u = state[3]
    v = state[4]

    gravity = 9.81
    friction = 0.5
    tilt = 0.25
    bump = 0.5
    p = (2 * π) / 10.0
    q = (2 * π) / 4.0

    h_x = -tilt + bump * p * sin(p * x) * cos(q * y)
    h_xx = bump * p^2 * cos(p * x) * cos(q * y)
    h_y = bump * q * cos(p * x) * sin(q * y)
    h_yy = bump * q^2 * cos(p * x) * cos(q * y)
    h_xy = -bump * q * p * sin(p * x) * sin(q * y)

    force = (gravity + h_xx * u^2 + 2 * h_xy * u * v + h_yy * v^2) / (1 + h_x^2 + h_y^2)
    return [u, v, -force * h_x - friction * u, -force * h_y - friction * v]
end

start(sled, n_sleds) = [0.0, (sled - 1) / n_sleds, 3.5, 0.0]

function ride(n_sleds::Int, n_steps::Int)
    finals = Vector{Vector{Float64}}()
    for sled in 1:n_sleds
        state = start(sled, n_sleds)
        for _ in 1:n_steps
            state = runge_kutta_step(slide, state, 0.01, 0.0)
        end
        push!(finals, state)
    end
    return finals
end

function trajectories(n_sleds::Int, n_steps::Int)
    numbers = Float64[]
    for sled in 1:n_sleds
        state = start(sled, n_sleds)
        append!(numbers, state)
        for _ in 1:n_steps
            state = runge_kutta_step(slide, state, 0.01, 0.0)
            append!(numbers, state)
        end
    end
    return numbers
end

function timed(runs::Int)
    begun = time_ns()
    for _ in 1:runs
        ride(10, 200)
    end
    return (time_ns() - begun) * 1e-9
end

function main()
    for request in eachline(stdin)
        words = split(request)
        if words[1] == "time"
            println("ok ", timed(parse(Int, words[3])))
        elseif words[1] == "result"
            println("ok ", join(trajectories(10, 200), " "))
        else
            println("err unknown request")
        end
        flush(stdout)
    end
end

main()
