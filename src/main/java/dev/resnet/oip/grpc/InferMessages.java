package dev.resnet.oip.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.resnet.oip.Datatype;
import dev.resnet.oip.ImageInput;
import dev.resnet.oip.ImageTensor;
import dev.resnet.oip.InferenceAnswer;
import dev.resnet.oip.InferenceRequest;
import dev.resnet.oip.InvalidInferenceException;
import dev.resnet.oip.OutputTensor;
import dev.resnet.oip.RequestedOutput;
import dev.resnet.oip.ServedModels;
import dev.resnet.oip.grpc.protocol.InferParameter;
import dev.resnet.oip.grpc.protocol.InferTensorContents;
import dev.resnet.oip.grpc.protocol.ModelInferRequest;
import dev.resnet.oip.grpc.protocol.ModelInferResponse;
import dev.resnet.serving.Images;
import java.util.List;
import java.util.Map;

/** Between the messages of an inference and what all transports share. */
final class InferMessages {
  /** As in JSON. A message has room for millions, which would all stand in the error. */
  private static final int MOST_DIMENSIONS = 16;

  private InferMessages() {}

  /**
   * @throws InvalidInferenceException if it is not a request for this model
   */
  static InferenceRequest request(ModelInferRequest message, ImageInput model) {
    if (message.getInputsCount() != 1) {
      throw new InvalidInferenceException(
          "The request has %d inputs. The model has one, '%s'; send several images in one tensor."
              .formatted(message.getInputsCount(), ImageInput.NAME));
    }
    refuseSharedMemory(message.getParametersMap());
    var input = message.getInputs(0);
    refuseSharedMemory(input.getParametersMap());
    if (input.getShapeCount() > MOST_DIMENSIONS) {
      throw new InvalidInferenceException(
          "The field 'shape' has more than %d dimensions.".formatted(MOST_DIMENSIONS));
    }
    ImageTensor tensor =
        model.declared(
            input.getName(),
            input.getDatatype(),
            input.getShapeList().stream().mapToLong(Long::longValue).toArray());
    return new InferenceRequest(message.getId(), images(message, input, tensor), outputs(message));
  }

  private static Images images(
      ModelInferRequest message, ModelInferRequest.InferInputTensor input, ImageTensor tensor) {
    int raw = message.getRawInputContentsCount();
    if (raw == 0) {
      return typed(input.getContents(), tensor);
    }
    if (raw > 1 || input.hasContents()) {
      throw new InvalidInferenceException(
          "The tensor '%s' must be sent once, in 'raw_input_contents' or in 'contents'."
              .formatted(ImageInput.NAME));
    }
    return tensor.images(message.getRawInputContents(0).asReadOnlyByteBuffer());
  }

  private static Images typed(InferTensorContents contents, ImageTensor tensor) {
    boolean floats = tensor.datatype() == Datatype.FP32;
    int count = floats ? contents.getFp32ContentsCount() : contents.getUintContentsCount();
    if (count != tensor.elements()) {
      throw new InvalidInferenceException(
          "'%s' has %d elements; the shape of the tensor '%s' takes %d. Send them there, or in 'raw_input_contents'."
              .formatted(
                  floats ? "fp32_contents" : "uint_contents",
                  count,
                  ImageInput.NAME,
                  tensor.elements()));
    }
    if (floats) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = contents.getFp32Contents(i);
      }
      return tensor.images(values);
    }
    byte[] pixels = new byte[count];
    for (int i = 0; i < count; i++) {
      int value = contents.getUintContents(i);
      if (value < 0 || value > 255) {
        throw tensor.outOfRange(i, Integer.toUnsignedString(value));
      }
      pixels[i] = (byte) value;
    }
    return tensor.images(pixels);
  }

  private static List<RequestedOutput> outputs(ModelInferRequest message) {
    if (message.getOutputsCount() == 0) {
      return RequestedOutput.all(true);
    }
    return message.getOutputsList().stream()
        .map(
            output -> {
              refuseSharedMemory(output.getParametersMap());
              return new RequestedOutput(
                  output.getName(), classification(output.getParametersMap()), true);
            })
        .toList();
  }

  private static long classification(Map<String, InferParameter> parameters) {
    InferParameter parameter = parameters.get("classification");
    if (parameter == null) {
      return 0;
    }
    return switch (parameter.getParameterChoiceCase()) {
      case INT64_PARAM -> parameter.getInt64Param();
      case UINT64_PARAM -> parameter.getUint64Param();
      default ->
          throw new InvalidInferenceException(
              "The parameter 'classification' must be an int64_param.");
    };
  }

  private static void refuseSharedMemory(Map<String, InferParameter> parameters) {
    if (parameters.keySet().stream().anyMatch(name -> name.startsWith("shared_memory_"))) {
      throw new InvalidInferenceException(
          "Shared memory is not supported; send the tensors in the message.");
    }
  }

  /** With raw contents, as Triton answers, whatever the form of the request. */
  static ModelInferResponse response(InferenceAnswer answer) {
    var response =
        ModelInferResponse.newBuilder()
            .setModelName(answer.version().name())
            .setModelVersion(String.valueOf(answer.version().version()))
            .setId(answer.id())
            .putParameters(
                ServedModels.PRECISION,
                InferParameter.newBuilder().setStringParam(answer.precision()).build());
    for (OutputTensor output : answer.outputs()) {
      var tensor =
          response
              .addOutputsBuilder()
              .setName(output.requested().name())
              .setDatatype(output.datatype());
      output.shape().forEach(tensor::addShape);
      ByteString data = UnsafeByteOperations.unsafeWrap(output.binaryData());
      response.addRawOutputContents(data);
    }
    return response.build();
  }
}
