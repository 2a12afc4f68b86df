"""Who is charged, at what age, in which area, from which filed rate → premiums in whole cents."""
