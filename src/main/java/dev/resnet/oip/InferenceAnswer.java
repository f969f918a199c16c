package dev.resnet.oip;

import dev.resnet.models.ModelVersion;
import java.util.List;

/**
 * @param version that computed all outputs
 * @param precision that was computed in: {@code float32} or {@code bfloat16}
 * @param id of the request; may be empty
 * @param outputs in the order of the request
 */
public record InferenceAnswer(
    ModelVersion version, String precision, String id, List<OutputTensor> outputs) {}
