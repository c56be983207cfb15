"""Django's PostgreSQL as the web role: statements go out under the pass of whom they are asked for (ADR 6)."""
