package example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/**
 * The app of Logto's guide for Spring Boot: the OAuth2 client of Spring Security, with the routes
 * /oauth2/authorization/logto, /login/oauth2/code/logto and /logout. It signs out of the app only.
 */
@SpringBootApplication
@RestController
public class App {
  public static void main(String[] arguments) {
    SpringApplication.run(App.class, arguments);
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository registrations) throws Exception {
    var requests = new DefaultOAuth2AuthorizationRequestResolver(registrations, "/oauth2/authorization");
    // Without it Logto issues no refresh token.
    requests.setAuthorizationRequestCustomizer(
        request -> request.additionalParameters(parameters -> parameters.put("prompt", "consent")));
    return http
        .authorizeHttpRequests(rules -> rules.requestMatchers("/").permitAll().anyRequest().authenticated())
        .oauth2Login(login -> login
            .authorizationEndpoint(endpoint -> endpoint.authorizationRequestResolver(requests))
            .defaultSuccessUrl("/", true))
        .logout(logout -> logout.logoutSuccessUrl("/"))
        .build();
  }

  /** Logto signs ID tokens with ES384; Spring Security expects RS256. */
  @Bean
  JwtDecoderFactory<ClientRegistration> idTokenDecoders() {
    var decoders = new OidcIdTokenDecoderFactory();
    decoders.setJwsAlgorithmResolver(registration -> SignatureAlgorithm.ES384);
    return decoders;
  }

  @GetMapping("/")
  ResponseEntity<String> home(@AuthenticationPrincipal OidcUser user, CsrfToken token) {
    if (user == null) {
      return page("You are not signed in.", "<a href=\"/oauth2/authorization/logto\">Sign In</a>");
    }
    var form = "<form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"%s\" value=\"%s\">"
        + "<button>Sign Out</button></form>";
    return page("You are signed in as " + user.getFullName() + ".",
        form.formatted(token.getParameterName(), token.getToken()));
  }

  private static ResponseEntity<String> page(String text, String way) {
    var page = "<!doctype html><title>Spring Boot</title><p>" + HtmlUtils.htmlEscape(text) + "</p>" + way;
    return ResponseEntity.ok().contentType(MediaType.TEXT_HTML).body(page);
  }
}
