package dev.resnet.engine;

/**
 * What was chosen, and why. The job, the log and the service's info show it.
 *
 * @param engine never {@link EngineName#AUTO}
 * @param precision never {@link Precision#AUTO}
 * @param device the CPU or GPU it runs on
 * @param reason one sentence for the user
 */
public record EngineDescription(
    EngineName engine, Precision precision, String device, String reason) {}
