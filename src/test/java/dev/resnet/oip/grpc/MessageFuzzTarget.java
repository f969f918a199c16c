package dev.resnet.oip.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.resnet.fuzz.Leaks;
import dev.resnet.oip.InferenceTooLargeException;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.oip.TestInput;
import dev.resnet.oip.grpc.protocol.InferParameter;
import dev.resnet.oip.grpc.protocol.InferTensorContents;
import dev.resnet.oip.grpc.protocol.ModelInferRequest;
import dev.resnet.oip.grpc.protocol.ModelInferRequest.InferInputTensor;
import dev.resnet.oip.grpc.protocol.ModelInferRequest.InferRequestedOutputTensor;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Messages of gRPC: each is no message, is read, or is refused. */
public final class MessageFuzzTarget {
  private static final Leaks LEAKS = new Leaks(64 << 20);

  private MessageFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] input) {
    LEAKS.begin();
    try (var model = new TestInput()) {
      InferMessages.request(ModelInferRequest.parseFrom(input), model.input());
    } catch (InvalidProtocolBufferException
        | InvalidInferenceException
        | InferenceTooLargeException e) {
      if (e.getMessage().length() > 500) {
        throw new AssertionError(e);
      }
    }
    LEAKS.check();
  }

  /** One request in each form. */
  public static Map<String, byte[]> seeds() {
    return Map.of(
        "raw",
        request("UINT8")
            .addRawInputContents(ByteString.copyFrom(new byte[3072]))
            .build()
            .toByteArray(),
        "raw floats",
        request("FP32")
            .addRawInputContents(ByteString.copyFrom(new byte[12288]))
            .build()
            .toByteArray(),
        "numbers",
        request(
            "UINT8",
            InferTensorContents.newBuilder().addAllUintContents(Collections.nCopies(3072, 7))),
        "floats",
        request(
            "FP32",
            InferTensorContents.newBuilder().addAllFp32Contents(Collections.nCopies(3072, 1f))));
  }

  private static byte[] request(String datatype, InferTensorContents.Builder contents) {
    var request = request(datatype);
    request.getInputsBuilder(0).setContents(contents);
    return request.build().toByteArray();
  }

  private static ModelInferRequest.Builder request(String datatype) {
    var three = InferParameter.newBuilder().setInt64Param(3).build();
    return ModelInferRequest.newBuilder()
        .setModelName("net")
        .setId("7")
        .putParameters("x", three)
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("image")
                .setDatatype(datatype)
                .addAllShape(List.of(1L, 32L, 32L, 3L)))
        .addOutputs(InferRequestedOutputTensor.newBuilder().setName("label"))
        .addOutputs(
            InferRequestedOutputTensor.newBuilder()
                .setName("probabilities")
                .putParameters("classification", three));
  }
}
