package dev.resnet.oip.grpc;

import dev.resnet.security.GrpcAccessForTests;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerServicesAutoConfiguration;
import org.springframework.boot.grpc.server.autoconfigure.health.GrpcServerHealthAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/**
 * The gRPC server as the service has it, on a port of its own: a small context beside that of the
 * tests over HTTP, whose models it serves.
 */
record RunningGrpcServer(ConfigurableApplicationContext context, int port)
    implements AutoCloseable {

  /** Not a component, so that no scan of another test finds it. */
  @ImportAutoConfiguration({
    GrpcServerAutoConfiguration.class,
    GrpcServerServicesAutoConfiguration.class,
    GrpcServerHealthAutoConfiguration.class
  })
  @Import({GrpcConfiguration.class, GrpcAccessForTests.class})
  static class Beans {}

  static RunningGrpcServer start(ConfigurableApplicationContext parent, String... settings) {
    String[] all =
        Stream.of(
                Stream.of("spring.grpc.server.enabled=true", "spring.grpc.server.port=0"),
                Stream.of(GrpcAccessForTests.settings()),
                Stream.of(settings))
            .flatMap(each -> each)
            .map(setting -> "--" + setting)
            .toArray(String[]::new);
    var context =
        new SpringApplicationBuilder(Beans.class)
            .parent(parent)
            .web(WebApplicationType.NONE)
            .registerShutdownHook(false)
            .run(all);
    return new RunningGrpcServer(context, context.getBean(GrpcServerLifecycle.class).getPort());
  }

  ManagedChannel channel(ChannelCredentials credentials) {
    return Grpc.newChannelBuilderForAddress("localhost", port, credentials).build();
  }

  @Override
  public void close() {
    context.close();
  }
}
