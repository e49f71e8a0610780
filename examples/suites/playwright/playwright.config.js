import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  timeout: 30_000,
  webServer: {
    // Replace --sample-app by a logto-testkit.toml that says how your app starts.
    command: 'logto-testkit serve stack --sample-app --plain --json',
    // The line that it prints when all of it answers. Named groups become variables of the environment, in capitals.
    wait: { stdout: /"control":"(?<logto_testkit_stack>[^"]+)","app":\{"origin":"(?<app_origin>[^"]+)"/ },
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
  },
  use: {
    baseURL: process.env.APP_ORIGIN,
    launchOptions: {
      // A Chromium of the system instead of one that Playwright downloads.
      executablePath: process.env.CHROMIUM,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
