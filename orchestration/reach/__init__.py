"""How what was published reaches other systems: the look-up API, the PostgreSQL mirror, activation, alerts, the dictionary."""
