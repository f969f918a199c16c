package dev.resnet.oip.grpc;

import dev.resnet.api.ProblemMapping;
import dev.resnet.memory.MemoryBudget;
import dev.resnet.oip.Inference;
import dev.resnet.oip.ServedModels;
import dev.resnet.oip.ServerHealth;
import dev.resnet.oip.ServerMetadata;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc;
import dev.resnet.serving.ServingProperties;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.service.GrpcService;

/** Only if the gRPC server is switched on. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("spring.grpc.server.enabled")
@EnableConfigurationProperties(GrpcSettings.class)
class GrpcConfiguration {
  /** Bytes of memory for each byte of a message: as received, as parsed, and the tensor in it. */
  private static final int COPIES = 3;

  @Bean
  @GrpcService
  InferenceService inferenceService(
      Inference inference,
      ServedModels models,
      ServerHealth health,
      ServerMetadata server,
      ObjectProvider<ProblemMapping<?>> mappings) {
    return new InferenceService(
        inference, models, health, server, new GrpcErrors(mappings.stream().toList()));
  }

  @Bean
  GrpcConnections grpcConnections(GrpcSettings settings) {
    return new GrpcConnections(settings);
  }

  @Bean
  @GlobalServerInterceptor
  @Order(-100)
  GrpcRequestIds grpcRequestIds() {
    return new GrpcRequestIds();
  }

  /** After access control. */
  @Bean
  @GlobalServerInterceptor
  @Order(100)
  MessageSlots messageSlots(GrpcSettings settings, ServingProperties limits) {
    long memory = MemoryBudget.orPartOfHeap(settings.maxMemory(), 4).toBytes();
    long slots = memory / (COPIES * limits.maxBodySize().toBytes());
    return new MessageSlots(
        GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName(),
        // Other calls, such as probes, always find a thread.
        (int) Math.max(1, Math.min(slots, settings.threads() / 2)),
        settings.maxWaiting(),
        settings.maxTime(),
        clock());
  }

  private static ScheduledExecutorService clock() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          var thread = new Thread(task, "grpc-timeouts");
          thread.setDaemon(true);
          return thread;
        });
  }
}
