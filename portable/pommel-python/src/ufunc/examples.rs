//! An example of each element-wise function, for its docstring. The tests of the package run them.

use pommel_array::Function;

macro_rules! examples {
    ($($function:ident ($arguments:literal) $result:literal;)*) => {
        /// The arguments of the example, and its result as Python shows it.
        pub(super) const fn example(function: Function) -> (&'static str, &'static str) {
            match function {
                $(Function::$function => ($arguments, $result),)*
            }
        }
    };
}

examples! {
    Add ("[1, 2, 3], 10") "array([11, 12, 13])";
    Subtract ("[10, 20], [1, 2.5]") "array([ 9. , 17.5])";
    Multiply ("[[1], [2]], [10, 20]") "array([[10, 20],\n       [20, 40]])";
    Divide ("[1, 4], 2") "array([0.5, 2. ])";
    FloorDivide ("[7, -7], 2") "array([ 3, -4])";
    Remainder ("[7, -7], 3") "array([1, 2])";
    Fmod ("[7, -7], 3") "array([ 1, -1])";
    Power ("[1, 2, 3], 2") "array([1, 4, 9])";
    Maximum ("[1, 5, pm.nan], 3") "array([ 3.,  5., nan])";
    Minimum ("[1, 5, pm.nan], 3") "array([ 1.,  3., nan])";
    Fmax ("[1, 5, pm.nan], 3") "array([3., 5., 3.])";
    Fmin ("[1, 5, pm.nan], 3") "array([1., 3., 3.])";
    Equal ("[1, 2, 3], [1, 0, 3]") "array([ True, False,  True])";
    NotEqual ("[1, 2, 3], [1, 0, 3]") "array([False,  True, False])";
    Less ("[1, 2, 3], 2") "array([ True, False, False])";
    LessEqual ("[1, 2, 3], 2") "array([ True,  True, False])";
    Greater ("[1, 2, 3], 2") "array([False, False,  True])";
    GreaterEqual ("[1, 2, 3], 2") "array([False,  True,  True])";
    LogicalAnd ("[0, 1, 2], [1, 0, 3]") "array([False, False,  True])";
    LogicalOr ("[0, 1, 0], [0, 0, 3]") "array([False,  True,  True])";
    LogicalXor ("[0, 1, 2], [1, 0, 3]") "array([ True,  True, False])";
    LogicalNot ("[0, 1, 2.5]") "array([ True, False, False])";
    BitwiseAnd ("[12, 5], 6") "array([4, 4])";
    BitwiseOr ("[12, 5], 6") "array([14,  7])";
    BitwiseXor ("[12, 5], 6") "array([10,  3])";
    BitwiseInvert ("[0, 5, -1]") "array([-1, -6,  0])";
    LeftShift ("[1, 2, 3], 4") "array([16, 32, 48])";
    RightShift ("[16, 40, -8], 3") "array([ 2,  5, -1])";
    Gcd ("[12, 18], 8") "array([4, 2])";
    Lcm ("[4, 6], 10") "array([20, 30])";
    Positive ("[1.5, -2]") "array([ 1.5, -2. ])";
    Negative ("[1.5, -2]") "array([-1.5,  2. ])";
    Abs ("[-1.5, 3 + 4j]") "array([1.5, 5. ])";
    Sign ("[-2.5, 0, 3]") "array([-1.,  0.,  1.])";
    Square ("[1, -2, 3]") "array([1, 4, 9])";
    Reciprocal ("[0.5, 4]") "array([2.  , 0.25])";
    Sqrt ("[4, 2, 0.25]") "array([2.        , 1.41421356, 0.5       ])";
    Cbrt ("[8, -27]") "array([ 2., -3.])";
    Floor ("[1.7, -1.7]") "array([ 1., -2.])";
    Ceil ("[1.2, -1.7]") "array([ 2., -1.])";
    Trunc ("[1.7, -1.7]") "array([ 1., -1.])";
    Round ("[0.5, 1.5, 2.6]") "array([0., 2., 3.])";
    Conj ("[1 + 2j, 3]") "array([1.-2.j, 3.-0.j])";
    IsNan ("[1, pm.nan, pm.inf]") "array([False,  True, False])";
    IsInf ("[1, pm.nan, -pm.inf]") "array([False, False,  True])";
    IsFinite ("[1, pm.nan, pm.inf]") "array([ True, False, False])";
    SignBit ("[1.5, -0.0, -2]") "array([False,  True,  True])";
    CopySign ("[1, 2, 3], [-1, 1, -0.0]") "array([-1.,  2., -3.])";
    NextAfter ("0, [-1, 1]") "array([-5.e-324,  5.e-324])";
    Heaviside ("[-1.5, 0, 2], 0.5") "array([0. , 0.5, 1. ])";
    Exp ("[0, 1, -1]") "array([1.        , 2.71828183, 0.36787944])";
    Exp2 ("[0, 3, -1]") "array([1. , 8. , 0.5])";
    Expm1 ("[1, 1e-10]") "array([1.71828183e+00, 1.00000000e-10])";
    Log ("[1, pm.e, 10]") "array([0.        , 1.        , 2.30258509])";
    Log2 ("[1, 8, 0.5]") "array([ 0.,  3., -1.])";
    Log10 ("[1, 1000, 0.1]") "array([ 0.,  3., -1.])";
    Log1p ("[1, 1e-10]") "array([6.93147181e-01, 1.00000000e-10])";
    LogAddExp ("1000, [998, 1000]") "array([1000.12692801, 1000.69314718])";
    Sin ("[0, pm.pi / 6, pm.pi / 2]") "array([0. , 0.5, 1. ])";
    Cos ("[0, pm.pi / 3, pm.pi]") "array([ 1. ,  0.5, -1. ])";
    Tan ("[0, pm.pi / 4]") "array([0., 1.])";
    Asin ("[0, 0.5, 1]") "array([0.        , 0.52359878, 1.57079633])";
    Acos ("[1, 0.5, -1]") "array([0.        , 1.04719755, 3.14159265])";
    Atan ("[0, 1, pm.inf]") "array([0.        , 0.78539816, 1.57079633])";
    Atan2 ("[1, 1, -1], [1, -1, -1]") "array([ 0.78539816,  2.35619449, -2.35619449])";
    Sinh ("[0, 1, -1]") "array([ 0.        ,  1.17520119, -1.17520119])";
    Cosh ("[0, 1, -1]") "array([1.        , 1.54308063, 1.54308063])";
    Tanh ("[0, 1, pm.inf]") "array([0.        , 0.76159416, 1.        ])";
    Asinh ("[0, 1, -1]") "array([ 0.        ,  0.88137359, -0.88137359])";
    Acosh ("[1, 2, 10]") "array([0.        , 1.3169579 , 2.99322285])";
    Atanh ("[0, 0.5, -0.5]") "array([ 0.        ,  0.54930614, -0.54930614])";
    Hypot ("[3, 5], [4, 12]") "array([ 5., 13.])";
}
