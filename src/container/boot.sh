#!/bin/sh
# What Logto's container runs in place of its own command: it is told where the
# mock Hugging Face is, waits for Postgres, seeds, and boots. Lines that begin
# with [logto-testkit] are read by the harness.
set -eu
here=/logto-testkit
say() { echo "[logto-testkit] $*"; }

version=$(node -p "require('/etc/logto/packages/core/package.json').version")
say version "$version"
node "$here/forward.cjs" "$@" &
node "$here/wait.cjs" 127.0.0.1 5432
say seed
npm run cli db seed -- --swe
say boot
exec npm start
