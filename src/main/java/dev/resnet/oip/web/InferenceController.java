package dev.resnet.oip.web;

import dev.resnet.api.ProblemException;
import dev.resnet.oip.Inference;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Inference in the Open Inference Protocol. */
@RestController
@RequestMapping("/v2/models")
@Tag(name = "Open Inference Protocol", description = "Version 2, as KServe and Triton speak it")
class InferenceController {
  private final Inference inference;

  InferenceController(Inference inference) {
    this.inference = inference;
  }

  @PostMapping("/{model}/infer")
  @Operation(
      operationId = "infer",
      summary = "Classify a tensor of images",
      description = "Uses the version in production. The outputs are probabilities and label.")
  @InferBody
  ResponseEntity<byte[]> infer(
      @Parameter(example = "resnet-20") @PathVariable("model") String model,
      HttpServletRequest request)
      throws IOException {
    return answer(model, Optional.empty(), request);
  }

  @PostMapping("/{model}/versions/{version}/infer")
  @Operation(
      operationId = "inferWithVersion",
      summary = "Classify a tensor of images with one version",
      description = "The outputs are probabilities and label.")
  @InferBody
  ResponseEntity<byte[]> infer(
      @Parameter(example = "resnet-20") @PathVariable("model") String model,
      @Parameter(example = "1") @PathVariable("version") int version,
      HttpServletRequest request)
      throws IOException {
    return answer(model, Optional.of(version), request);
  }

  private ResponseEntity<byte[]> answer(
      String model, Optional<Integer> version, HttpServletRequest request) throws IOException {
    return inference.infer(
        model,
        version,
        input -> JsonInference.read(InferenceBody.read(request), input),
        e -> e instanceof ProblemException problem && problem.status().is4xxClientError(),
        InferenceResponse::of);
  }
}
