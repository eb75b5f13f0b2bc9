"""Mean and variance of max(z + e, 0), e ~ N(0, 1): python3 rectified_normal.py > rectified_normal.csv (mpmath 1.3.0)."""
from mpmath import mp, mpf, erfc, exp, pi, sqrt

mp.dps = 80
POINTS = [-37, -30, -20, -13, -12, -10, -8, -6, -5, -4, -3, -2, -1, -0.5, -0.01, 0, 0.01, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 13, 20,
          37, 100]

print("z,mean,variance")
for point in POINTS:
    z = mpf(point)
    density = exp(-z * z / 2) / sqrt(2 * pi)
    cumulative = erfc(-z / sqrt(mpf(2))) / 2
    mean = z * cumulative + density
    variance = (z * z + 1) * cumulative + z * density - mean * mean
    print(repr(point) + "," + ",".join(mp.nstr(value, 25, min_fixed=0, max_fixed=0) for value in (mean, variance)))
