package dev.resnet.faults;

import static dev.resnet.faults.Cluster.JOBS;

import dev.resnet.ServiceProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a job produced, without what may differ between two equal runs.
 *
 * @param epochs the rows, without times and speeds
 * @param weights SHA-256 of the parameters and the optimiser's state
 */
record Outcome(List<JsonNode> epochs, Map<String, String> weights) {
  private static final List<String> TIMES = List.of("seconds", "images_per_second", "finished_at");

  /** The epochs of a job, and the weights in its newest checkpoint. */
  static Outcome of(ServiceProcess api, String job) throws IOException, InterruptedException {
    List<JsonNode> epochs = new ArrayList<>();
    for (JsonNode epoch : api.get(JOBS + "/" + job + "/epochs").get("items")) {
      epochs.add(((ObjectNode) epoch).without(TIMES));
    }
    int last = epochs.get(epochs.size() - 1).get("epoch").intValue();
    return new Outcome(epochs, weights(api.bytes(JOBS + "/" + job + "/checkpoints/" + last)));
  }

  static Map<String, String> weights(Path zip) throws IOException {
    return weights(Files.readAllBytes(zip));
  }

  private static Map<String, String> weights(byte[] zip) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().endsWith(".bin")) {
          entries.put(entry.getName(), sha256(in.readAllBytes()));
        }
      }
    }
    return entries;
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
