"""Reference values of the standard normal distribution: python3 standard_normal.py > standard_normal.csv (mpmath 1.3.0)."""
from mpmath import mp, mpf, erfc, exp, log, log1p, pi, sqrt

mp.dps = 60
POINTS = [-100, -50, -38.5, -37.5, -30, -20, -12.5, -8, -5, -3, -2, -1.5, -1.0009765625, -1, -0.9990234375, -0.5, -0.125,
          -1e-8, 0, 1e-8, 0.125, 0.5, 1, 1.5, 2, 3, 5, 8, 12.5, 20, 30]

print("z,density,cumulative,logCumulative,millsRatio,hazard")
for point in POINTS:
    z = mpf(point)
    density = exp(-z * z / 2) / sqrt(2 * pi)
    cumulative = erfc(-z / sqrt(mpf(2))) / 2
    # log(1 - tiny) has no digits left otherwise.
    logarithm = log1p(-erfc(z / sqrt(mpf(2))) / 2) if z > 0 else log(cumulative)
    row = [density, cumulative, logarithm, cumulative / density, density / cumulative]
    print(repr(point) + "," + ",".join(mp.nstr(value, 25, min_fixed=0, max_fixed=0) for value in row))
