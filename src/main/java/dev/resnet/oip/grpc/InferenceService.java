package dev.resnet.oip.grpc;

import dev.resnet.models.UnknownModelException;
import dev.resnet.oip.Inference;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.oip.ServedModels;
import dev.resnet.oip.ServerHealth;
import dev.resnet.oip.ServerMetadata;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.resnet.oip.grpc.protocol.ModelInferRequest;
import dev.resnet.oip.grpc.protocol.ModelInferResponse;
import dev.resnet.oip.grpc.protocol.ModelMetadataRequest;
import dev.resnet.oip.grpc.protocol.ModelMetadataResponse;
import dev.resnet.oip.grpc.protocol.ModelMetadataResponse.TensorMetadata;
import dev.resnet.oip.grpc.protocol.ModelReadyRequest;
import dev.resnet.oip.grpc.protocol.ModelReadyResponse;
import dev.resnet.oip.grpc.protocol.RepositoryIndexRequest;
import dev.resnet.oip.grpc.protocol.RepositoryIndexResponse;
import dev.resnet.oip.grpc.protocol.ServerLiveRequest;
import dev.resnet.oip.grpc.protocol.ServerLiveResponse;
import dev.resnet.oip.grpc.protocol.ServerMetadataRequest;
import dev.resnet.oip.grpc.protocol.ServerMetadataResponse;
import dev.resnet.oip.grpc.protocol.ServerReadyRequest;
import dev.resnet.oip.grpc.protocol.ServerReadyResponse;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The service of the protocol. */
final class InferenceService extends GRPCInferenceServiceImplBase {
  private final Inference inference;
  private final ServedModels models;
  private final ServerHealth health;
  private final ServerMetadata server;
  private final GrpcErrors errors;

  InferenceService(
      Inference inference,
      ServedModels models,
      ServerHealth health,
      ServerMetadata server,
      GrpcErrors errors) {
    this.inference = inference;
    this.models = models;
    this.health = health;
    this.server = server;
    this.errors = errors;
  }

  private <A> void answer(StreamObserver<A> client, Callable<A> call) {
    A answer;
    try {
      answer = call.call();
    } catch (Exception e) {
      client.onError(errors.of(e));
      return;
    }
    client.onNext(answer);
    client.onCompleted();
  }

  /** Empty for the version in production. */
  private static Optional<Integer> number(String version) {
    if (version.isEmpty()) {
      return Optional.empty();
    }
    if (!version.matches("[0-9]{1,9}")) {
      throw new InvalidInferenceException(
          "The version must be a whole number, or empty for the version in production.");
    }
    return Optional.of(Integer.valueOf(version));
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> client) {
    answer(
        client,
        () -> {
          try (var bound = new CallingClient(Context.current()).bind()) {
            return inference.infer(
                request.getModelName(),
                number(request.getModelVersion()),
                input -> InferMessages.request(request, input),
                e -> false,
                InferMessages::response);
          }
        });
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> client) {
    answer(client, () -> ServerLiveResponse.newBuilder().setLive(health.isLive()).build());
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> client) {
    answer(client, () -> ServerReadyResponse.newBuilder().setReady(health.isReady()).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> client) {
    answer(
        client,
        () -> {
          boolean exists;
          try {
            models.find(request.getName(), number(request.getVersion()));
            exists = true;
          } catch (UnknownModelException e) {
            exists = false;
          }
          return ModelReadyResponse.newBuilder().setReady(exists).build();
        });
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> client) {
    answer(
        client,
        () ->
            ServerMetadataResponse.newBuilder()
                .setName(server.name())
                .setVersion(server.version())
                .addAllExtensions(server.extensions())
                .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> client) {
    answer(
        client,
        () -> {
          var metadata = models.metadata(request.getName(), number(request.getVersion()));
          return ModelMetadataResponse.newBuilder()
              .setName(metadata.name())
              .addAllVersions(metadata.versions())
              .setPlatform(metadata.platform())
              .addAllInputs(metadata.inputs().stream().map(InferenceService::tensor).toList())
              .addAllOutputs(metadata.outputs().stream().map(InferenceService::tensor).toList())
              .putAllProperties(metadata.properties())
              .build();
        });
  }

  private static TensorMetadata tensor(ServedModels.Tensor tensor) {
    return TensorMetadata.newBuilder()
        .setName(tensor.name())
        .setDatatype(tensor.datatype())
        .addAllShape(tensor.shape().stream().map(Integer::longValue).toList())
        .build();
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> client) {
    answer(
        client,
        () -> {
          var index = RepositoryIndexResponse.newBuilder();
          models
              .index()
              .forEach(
                  entry ->
                      index
                          .addModelsBuilder()
                          .setName(entry.name())
                          .setVersion(entry.version())
                          .setState(entry.state())
                          .setReason(entry.reason()));
          return index.build();
        });
  }
}
