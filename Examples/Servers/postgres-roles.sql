CREATE ROLE sessions LOGIN PASSWORD 'password';
CREATE SCHEMA sessions AUTHORIZATION sessions;
CREATE ROLE app LOGIN PASSWORD 'password';
GRANT USAGE ON SCHEMA sessions TO app;
GRANT SELECT ON sessions.sessions_schema TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions.sessions TO app;
