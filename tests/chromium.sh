#!/bin/sh
# Make sure that there is a Chromium for the browser tests: on the PATH, else from Debian, else from playwright.
# When none can be had, those tests skip and say so (and fail under CI=true).
playwright=$1
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's Chromium for the browser tests"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0
fi
echo "Installing playwright's Chromium for the browser tests"
"$playwright" install chromium || echo "No Chromium could be had: the browser tests will say so."
