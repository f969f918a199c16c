package dev.resnet.oip;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An output that a request asks for.
 *
 * @param classification how many of the most probable classes to return in place of all
 *     probabilities; 0 for the tensor itself
 * @param binary whether it is returned in binary form, over REST
 */
public record RequestedOutput(String name, long classification, boolean binary) {
  /** FP32 [images, classes]. */
  public static final String PROBABILITIES = "probabilities";

  /** BYTES [images]: the name of the most probable class. */
  public static final String LABEL = "label";

  /** Both outputs, for a request that names none. */
  public static List<RequestedOutput> all(boolean binary) {
    return List.of(
        new RequestedOutput(PROBABILITIES, 0, binary), new RequestedOutput(LABEL, 0, binary));
  }

  /**
   * @throws InvalidInferenceException if the model can't return these outputs
   */
  static void check(List<RequestedOutput> outputs, int classes) {
    Set<String> names = new LinkedHashSet<>();
    for (RequestedOutput output : outputs) {
      String name = output.name();
      if (!name.equals(PROBABILITIES) && !name.equals(LABEL)) {
        throw new InvalidInferenceException(
            "The model has no output '%s'. Its outputs are '%s' and '%s'."
                .formatted(Quoted.shortened(name), PROBABILITIES, LABEL));
      }
      if (!names.add(name)) {
        throw new InvalidInferenceException("The output '%s' is named twice.".formatted(name));
      }
      if (output.classification() != 0) {
        if (name.equals(LABEL)) {
          throw new InvalidInferenceException(
              "The output '%s' has no classification. Ask for that of '%s'."
                  .formatted(LABEL, PROBABILITIES));
        }
        if (output.classification() < 0 || output.classification() > classes) {
          throw new InvalidInferenceException(
              "classification must be from 1 to %d, the number of classes; it is %d."
                  .formatted(classes, output.classification()));
        }
      }
    }
  }
}
