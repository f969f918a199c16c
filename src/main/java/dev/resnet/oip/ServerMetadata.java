package dev.resnet.oip;

import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.stereotype.Component;

/** What the server says about itself. */
@Component
public class ServerMetadata {
  private final String version;

  ServerMetadata(ObjectProvider<BuildProperties> build) {
    BuildProperties properties = build.getIfAvailable();
    String known = properties == null ? null : properties.getVersion();
    version = known == null ? "development" : known;
  }

  public String name() {
    return "resnet-service";
  }

  public String version() {
    return version;
  }

  /** The names that Triton gave these extensions of the protocol. */
  public List<String> extensions() {
    return List.of("classification", "binary_tensor_data", "model_repository(index)");
  }
}
