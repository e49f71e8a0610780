//! What the page decides without a browser, in Node.

use std::process::Command;

use crate::support::root;

/// Each line must be true. Seen on Logto's own page, or taken from the contract (§2.3, §14).
const TRUE: &str = r#"
masked({ type: 'email', value: 'ada@example.com' }) === '****@example.com'
masked({ type: 'email', value: 'hopper@example.com' }) === 'hopp****@example.com'
masked({ type: 'phone', value: '+4930123456' }) === '****3456'
usernameError('1x')[0] === 'username_should_not_start_with_number'
usernameError('a-b')[0] === 'username_invalid_charset'
usernameError('')[0] === 'username_required'
usernameError('_Ada1') === null
usernameError('abc', { minLength: 4, maxLength: 8 })[0] === 'username_too_short'
usernameError('abcD', { allowedChars: { uppercase: false } })[0] === 'username_uppercase_not_allowed'
usernameError('abcD', { allowedChars: { uppercase: true } }) === null
passwordError('short').code === 'password_rejected.too_short' && passwordError('short').interpolation.min === 8
passwordError('short', { length: { min: 4 } }) === null
passwordError('lowercase', { characterTypes: { min: 2 } }).code === 'password_rejected.character_types'
passwordError('größer als acht').code === 'password_rejected.unsupported_characters'
passwordError('a'.repeat(257)).code === 'password_rejected.too_long'
identifierType('ada@example.com', ['username', 'email']) === 'email'
identifierType('+49 30', ['username', 'phone']) === 'phone'
identifierType('ada@example.com', ['username']) === 'username'
buttons([{ target: 'a', platform: 'Native' }]).length === 0
buttons([{ target: 'a', platform: 'Universal' }, { target: 'a', platform: 'Web' }])[0].platform === 'Web'
buttons([{ target: 'a', platform: 'Web' }, { target: 'a', platform: 'Universal' }])[0].platform === 'Web'
String(answered('?code=1', '#state=2')) === 'code=1&state=2'
Object.fromEntries(answered('?code=1', '#code=2')).code === '2'
fallback('?fallback=register') === '/register'
fallback('?fallback=sign-in') === '/sign-in' && fallback('') === '/sign-in'
fallback('?fallback=identifier-sign-in') === '/sign-in' && fallback('?fallback=constructor') === '/sign-in'
opens('https://shop.example/terms') && opens('/oidc/auth/x') && opens('com.example.app:/callback')
!opens('javascript:alert(1)') && !opens(' JavaScript:alert(1)') && !opens('data:text/html,x') && !opens('java\nscript:x')
shownOrigin('https://shop.example/callback?a=b') === 'https://shop.example'
shownOrigin('com.example.app:/callback') === 'com.example.app:/callback'
"#;

#[test]
fn the_rules_of_the_page() {
    let file = root().join("mocks/logto/src/pages/sign-in/rules.js");
    let checks: String = TRUE
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| format!("if (!({line})) {{ console.log({line:?}); process.exitCode = 1; }}\n"))
        .collect();
    let script = format!(
        "import {{ answered, buttons, fallback, identifierType, masked, opens, passwordError, shownOrigin, usernameError }} \
         from 'file://{}';\n{checks}",
        file.display()
    );
    let ran = Command::new("node").args(["--no-warnings", "--input-type=module", "--eval", &script]).output();
    let Ok(output) = ran else {
        eprintln!("skipped: node is needed to run the rules of the page");
        return;
    };
    let [said, wrong] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "\n{said}{wrong}");
}
