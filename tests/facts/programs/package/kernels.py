from . import settings


def kernel(x):
    #? x * settings.GAIN: traced; settings.GAIN: const 2.5
    return x * settings.GAIN


def helper(x, n):
    #? x + n: traced; n: never traced
    return x + n
