#!/bin/sh
# Three roles and the database, once, when the volume is empty (docker-entrypoint-initdb.d).
# The owner migrates; the app's role can neither create nor bypass; the reader is for reports.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner_password CS_OWNER_PASSWORD
\getenv app_password CS_APP_PASSWORD
\getenv reader_password CS_READER_PASSWORD
CREATE ROLE cs_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE cs_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE ROLE cs_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'reader_password';
CREATE DATABASE cs OWNER cs_owner;
REVOKE CONNECT ON DATABASE cs FROM PUBLIC;
GRANT CONNECT ON DATABASE cs TO cs_app, cs_reader;
ALTER ROLE cs_reader SET default_transaction_read_only = on;
ALTER ROLE cs_reader SET statement_timeout = '5min';
SQL
