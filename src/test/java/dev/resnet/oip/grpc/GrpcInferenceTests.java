package dev.resnet.oip.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.resnet.api.ProblemMapping;
import dev.resnet.models.TrainedModels;
import dev.resnet.oip.Inference;
import dev.resnet.oip.ServedModels;
import dev.resnet.oip.ServerHealth;
import dev.resnet.oip.ServerMetadata;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.resnet.oip.grpc.protocol.InferParameter;
import dev.resnet.oip.grpc.protocol.ModelInferRequest;
import dev.resnet.oip.grpc.protocol.ModelInferRequest.InferInputTensor;
import dev.resnet.oip.grpc.protocol.ModelInferRequest.InferRequestedOutputTensor;
import dev.resnet.oip.grpc.protocol.ModelInferResponse;
import dev.resnet.oip.grpc.protocol.ModelMetadataRequest;
import dev.resnet.oip.grpc.protocol.ModelReadyRequest;
import dev.resnet.oip.grpc.protocol.RepositoryIndexRequest;
import dev.resnet.oip.grpc.protocol.ServerLiveRequest;
import dev.resnet.oip.grpc.protocol.ServerMetadataRequest;
import dev.resnet.oip.grpc.protocol.ServerReadyRequest;
import dev.resnet.oip.web.InferenceOverHttp;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;

/** The service over an in-process transport, in the context of the tests over HTTP. */
class GrpcInferenceTests extends InferenceOverHttp {
  @Autowired private Inference inference;
  @Autowired private ServedModels models;
  @Autowired private ServerHealth health;
  @Autowired private ServerMetadata metadata;
  @Autowired private ObjectProvider<ProblemMapping<?>> mappings;

  private Server server;
  private ManagedChannel channel;
  private GRPCInferenceServiceBlockingStub service;

  @BeforeEach
  void start() throws Exception {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                new InferenceService(
                    inference,
                    models,
                    health,
                    metadata,
                    new GrpcErrors(mappings.stream().toList())))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    service = GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private static InferInputTensor.Builder tensor(String datatype, int count) {
    return InferInputTensor.newBuilder()
        .setName("image")
        .setDatatype(datatype)
        .addAllShape(List.of((long) count, 32L, 32L, 3L));
  }

  private static ModelInferRequest.Builder request(InferInputTensor.Builder tensor) {
    return ModelInferRequest.newBuilder().setModelName("net").setId("7").addInputs(tensor);
  }

  private static ModelInferRequest.Builder raw(String datatype, byte[] data) {
    return request(tensor(datatype, 1)).addRawInputContents(ByteString.copyFrom(data));
  }

  private static float[] probabilities(ModelInferResponse answer) {
    ByteBuffer data =
        answer.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[data.remaining() / 4];
    data.asFloatBuffer().get(values);
    return values;
  }

  @Test
  void rawAndTypedContentsGiveTheSameAnswer() {
    byte[] pixels = pixels(1);
    ModelInferResponse answer = service.modelInfer(raw("UINT8", pixels).build());
    assertThat(answer.getModelName()).isEqualTo("net");
    assertThat(answer.getModelVersion()).isEqualTo("2");
    assertThat(answer.getId()).isEqualTo("7");
    assertThat(answer.getOutputs(0).getName()).isEqualTo("probabilities");
    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("FP32");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(1L, 10L);
    assertThat(answer.getOutputs(1).getDatatype()).isEqualTo("BYTES");
    assertThat(answer.getOutputs(1).getShapeList()).containsExactly(1L);
    float sum = 0;
    for (float probability : probabilities(answer)) {
      sum += probability;
    }
    assertThat(sum).isCloseTo(1, within(1e-5f));
    ByteBuffer label =
        answer.getRawOutputContents(1).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    byte[] text = new byte[label.getInt()];
    label.get(text);
    assertThat(TrainedModels.CLASSES).contains(new String(text));
    assertThat(label.hasRemaining()).isFalse();

    var bytes = tensor("UINT8", 1);
    var floats = tensor("FP32", 1);
    for (byte pixel : pixels) {
      bytes.getContentsBuilder().addUintContents(pixel & 0xff);
      floats.getContentsBuilder().addFp32Contents(pixel & 0xff);
    }
    for (var request : List.of(request(bytes), request(floats), raw("FP32", floats(pixels)))) {
      assertThat(service.modelInfer(request.setModelVersion("2").build())).isEqualTo(answer);
    }
  }

  @Test
  void classificationReturnsTheMostProbableClasses() {
    ModelInferResponse answer =
        service.modelInfer(
            raw("UINT8", pixels(1))
                .addOutputs(
                    InferRequestedOutputTensor.newBuilder()
                        .setName("probabilities")
                        .putParameters(
                            "classification", InferParameter.newBuilder().setInt64Param(2).build()))
                .build());
    assertThat(answer.getOutputsCount()).isEqualTo(1);
    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(1L, 2L);
    ByteBuffer data =
        answer.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    byte[] text = new byte[data.getInt()];
    data.get(text);
    assertThat(new String(text).split(":")).hasSize(3);
  }

  @Test
  void healthAndMetadataAreThoseOfHttp() {
    assertThat(service.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(service.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
    assertThat(
            service.serverMetadata(ServerMetadataRequest.getDefaultInstance()).getExtensionsList())
        .contains("classification");
    var ready = ModelReadyRequest.newBuilder().setName("net");
    assertThat(service.modelReady(ready.build()).getReady()).isTrue();
    assertThat(service.modelReady(ready.setVersion("9").build()).getReady()).isFalse();
    var model = service.modelMetadata(ModelMetadataRequest.newBuilder().setName("net").build());
    assertThat(model.getVersionsList()).containsExactly("1", "2");
    assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L, 32L, 32L, 3L);
    assertThat(model.getOutputs(0).getShapeList()).containsExactly(-1L, 10L);
    assertThat(service.repositoryIndex(RepositoryIndexRequest.getDefaultInstance()).getModelsList())
        .anyMatch(entry -> entry.getName().equals("other") && entry.getState().equals("READY"));
  }

  private void assertRefused(
      Status.Code code, String message, UnaryOperator<ModelInferRequest.Builder> change) {
    ModelInferRequest request = change.apply(raw("UINT8", pixels(1))).build();
    assertThatThrownBy(() -> service.modelInfer(request))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(message);
            });
  }

  @Test
  void wrongRequestsAreRefusedWithTheirStatus() {
    var invalid = Status.Code.INVALID_ARGUMENT;
    assertRefused(Status.Code.NOT_FOUND, "no model 'none'", r -> r.setModelName("none"));
    assertRefused(Status.Code.NOT_FOUND, "no version 9", r -> r.setModelVersion("9"));
    assertRefused(invalid, "must be a whole number", r -> r.setModelVersion("v1"));
    assertRefused(invalid, "has 0 inputs", ModelInferRequest.Builder::clearInputs);
    assertRefused(invalid, "has 2 inputs", r -> r.addInputs(tensor("UINT8", 1)));
    assertRefused(invalid, "no input 'x'", r -> r.setInputs(0, tensor("UINT8", 1).setName("x")));
    assertRefused(invalid, "UINT8, or FP32", r -> r.setInputs(0, tensor("FP16", 1)));
    assertRefused(invalid, "so no image", r -> r.setInputs(0, tensor("UINT8", 0)));
    var shape = Collections.nCopies(17, 1L);
    assertRefused(
        invalid,
        "more than 16 dimensions",
        r -> r.setInputs(0, tensor("UINT8", 1).clearShape().addAllShape(shape)));
    assertRefused(invalid, "takes 6144 bytes", r -> r.setInputs(0, tensor("UINT8", 2)));
    assertRefused(invalid, "takes 12288 bytes", r -> r.setInputs(0, tensor("FP32", 1)));
    assertRefused(
        Status.Code.RESOURCE_EXHAUSTED,
        "resnet.serving.max-images",
        r -> r.setInputs(0, tensor("UINT8", 257)));
    assertRefused(
        invalid, "must be sent once", r -> r.addRawInputContents(ByteString.copyFromUtf8("x")));
    assertRefused(
        invalid,
        "'uint_contents' has 0 elements",
        ModelInferRequest.Builder::clearRawInputContents);
    var out = tensor("UINT8", 1);
    for (int i = 0; i < 3072; i++) {
      out.getContentsBuilder().addUintContents(256);
    }
    assertRefused(invalid, "is 256", r -> r.setInputs(0, out).clearRawInputContents());
    var parameter = InferParameter.newBuilder().setInt64Param(1).build();
    assertRefused(
        invalid,
        "Shared memory",
        r -> r.setInputs(0, tensor("UINT8", 1).putParameters("shared_memory_region", parameter)));
    assertRefused(
        invalid,
        "no output 'x'",
        r -> r.addOutputs(InferRequestedOutputTensor.newBuilder().setName("x")));
    byte[] nan = floats(pixels(1));
    ByteBuffer.wrap(nan).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, Float.NaN);
    assertRefused(
        invalid,
        "is NaN",
        r -> r.setInputs(0, tensor("FP32", 1)).setRawInputContents(0, ByteString.copyFrom(nan)));
  }
}
