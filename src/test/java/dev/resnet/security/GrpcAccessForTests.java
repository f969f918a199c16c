package dev.resnet.security;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Access control of gRPC alone, with a key for each scope, for tests of other packages. Not a
 * component, so that no scan of another test finds it.
 */
@EnableConfigurationProperties(SecuritySettings.class)
@Import(GrpcSecurityConfiguration.class)
public class GrpcAccessForTests {
  public static final String READ = TestKeys.of(Scope.READ);
  public static final String CLASSIFY = TestKeys.of(Scope.CLASSIFY);

  /** With one key for each scope. */
  public static String[] settings() {
    return TestKeys.settings();
  }

  @Bean
  Credentials credentials(SecuritySettings settings) {
    return new Credentials(new AccessKeys(settings), null);
  }
}
