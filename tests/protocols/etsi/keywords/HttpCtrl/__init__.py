"""The suite's resources import a library of mock servers; the chosen cases start none."""
