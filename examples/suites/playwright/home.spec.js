import { execFileSync } from 'node:child_process';
import { test as base, expect } from '@playwright/test';

// A test says who is signed in; each gets a session of its own. LOGTO_TESTKIT_STACK says on which stack.
const test = base.extend({
  person: [undefined, { option: true }],
  storageState: async ({ person }, use) => {
    const session = () => execFileSync('logto-testkit', ['session', '--as', person, '--format', 'playwright']);
    await use(person && JSON.parse(session().toString()));
  },
});

test.describe('Ada, who is signed in', () => {
  test.use({ person: 'ada' });

  test('sees the home page as herself, and signs out', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByText('You are logged in to this website! :)')).toBeVisible();
    await page.getByText('Sign Out').click();
    await expect(page.getByText('You are not logged in to this website. :(')).toBeVisible();
  });
});

test('a visitor signs in with Hugging Face', async ({ page }) => {
  await page.goto('/');
  await page.getByText('Sign In').click();
  await page.getByRole('button', { name: 'Hugging Face' }).click();
  await page.getByRole('textbox', { name: 'Username' }).fill('grace');
  await page.getByRole('button', { name: 'Log In' }).click();
  await page.getByRole('button', { name: 'Authorize' }).click();
  await expect(page.getByText('You are logged in to this website! :)')).toBeVisible();
});
