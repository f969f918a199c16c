package dev.resnet;

import dev.resnet.backup.RestoreCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The service. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class ResNetServiceApplication {
  public static void main(String[] args) {
    if (List.of(args).contains("--version")) {
      try (var out =
          new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)) {
        out.println(Version.text());
      }
      return;
    }
    if (args.length > 0 && args[0].equals(RestoreCommand.NAME)) {
      RestoreCommand.run(args);
      return;
    }
    SpringApplication.run(ResNetServiceApplication.class, args);
  }
}
