package dev.resnet.security;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.security.web.header.writers.CacheControlHeadersWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** One stateless filter chain for all requests on all ports. */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
@EnableConfigurationProperties(SecuritySettings.class)
class SecurityConfiguration {
  /**
   * Allows content from this service only and nothing inline, except the styles that Swagger UI
   * needs.
   */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
          + " data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors"
          + " 'none'";

  @Bean
  AccessRules accessRules(WebEndpointProperties actuator) {
    return new AccessRules(actuator.getBasePath());
  }

  @Bean
  Credentials credentials(
      SecuritySettings settings,
      ObjectProvider<JwtDecoder> decoder,
      ObjectProvider<JwtAuthenticationConverter> converter) {
    return new Credentials(new AccessKeys(settings), tokens(decoder, converter));
  }

  /** Checks JWTs; the decoder exists if Spring Boot's resource server settings name an issuer. */
  private static JwtAuthenticationProvider tokens(
      ObjectProvider<JwtDecoder> decoder, ObjectProvider<JwtAuthenticationConverter> converter) {
    JwtDecoder found = decoder.getIfAvailable();
    if (found == null) {
      return null;
    }
    var provider = new JwtAuthenticationProvider(found);
    provider.setJwtAuthenticationConverter(
        converter.getIfAvailable(JwtAuthenticationConverter::new));
    return provider;
  }

  /**
   * No metrics of each filter: they took a good part of a request's time, and failures are counted
   * by {@link SecurityFailures}.
   */
  @Bean
  static SecurityObservationSettings securityObservations() {
    return SecurityObservationSettings.noObservations();
  }

  @Bean
  Refusals refusals(
      AccessRules rules,
      MeterRegistry meters,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver) {
    return new Refusals(rules, new SecurityFailures(meters), resolver);
  }

  @Bean
  SecurityFilterChain securityFilterChain(
      HttpSecurity http,
      AccessRules rules,
      Credentials credentials,
      Refusals refusals,
      SecuritySettings settings,
      Environment environment) {
    var contexts = new RequestAttributeSecurityContextRepository();
    return http
        // There are no cookies, so no other site can misuse them.
        .csrf(AbstractHttpConfigurer::disable)
        .cors(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .securityContext(context -> context.securityContextRepository(contexts))
        .headers(SecurityConfiguration::headers)
        .addFilterBefore(
            new SiteFilter(hosts(credentials, settings, environment), refusals),
            AnonymousAuthenticationFilter.class)
        .addFilterBefore(
            new CallerFilter(credentials, refusals, contexts), AnonymousAuthenticationFilter.class)
        .exceptionHandling(
            refused -> refused.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
        .authorizeHttpRequests(requests -> requests.anyRequest().access(allowedBy(rules)))
        .build();
  }

  /** If a key is needed, a page of another site has none, so any host name is allowed. */
  static @Nullable AllowedHosts hosts(
      Credentials credentials, SecuritySettings settings, Environment environment) {
    if (credentials.areNeeded()) {
      return null;
    }
    List<String> names = new ArrayList<>(settings.allowedHosts());
    for (String listening : List.of("server.address", "management.server.address")) {
      names.add(environment.getProperty(listening, ""));
    }
    try {
      return new AllowedHosts(names);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationPropertyValueException(
          SecuritySettings.ALLOWED_HOSTS, settings.allowedHosts(), e.getMessage());
    }
  }

  private static AuthorizationManager<RequestAuthorizationContext> allowedBy(AccessRules rules) {
    return (caller, context) -> {
      HttpServletRequest request = context.getRequest();
      if (request.getDispatcherType() != DispatcherType.REQUEST) {
        return new AuthorizationDecision(
            true); // the original request was allowed, or is being refused
      }
      Scope needed =
          rules.rule(HttpMethod.valueOf(request.getMethod()), Requests.path(request)).scope();
      return new AuthorizationDecision(
          needed == null
              || Scope.highest(caller.get().getAuthorities())
                  .filter(held -> held.includes(needed))
                  .isPresent());
    };
  }

  private static void headers(HeadersConfigurer<HttpSecurity> headers) {
    HeaderWriter notKept = new CacheControlHeadersWriter();
    headers
        .frameOptions(HeadersConfigurer.FrameOptionsConfig::deny)
        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER))
        .contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
        .cacheControl(HeadersConfigurer.CacheControlConfig::disable)
        .addHeaderWriter(
            (request, response) -> {
              // Swagger UI's 1.5 MB are the same for all users and may be cached.
              if (!request.getRequestURI().contains("/swagger-ui")) {
                notKept.writeHeaders(request, response);
              }
            });
  }
}
