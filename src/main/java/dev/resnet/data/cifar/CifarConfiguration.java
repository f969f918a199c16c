package dev.resnet.data.cifar;

import dev.resnet.data.DatasetSource;
import dev.resnet.data.download.DownloadSettings;
import dev.resnet.data.download.HttpDownload;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({Cifar10Settings.class, DownloadSettings.class})
class CifarConfiguration {

  /** Prevents the start of the service where CIFAR-10 can't be where the settings say. */
  @Bean
  DatasetSource cifar10(
      Cifar10Settings settings, DownloadSettings download, @Value("${resnet.home}") String home) {
    var http = new HttpDownload(download);
    Path volume =
        Path.of(home).toAbsolutePath().normalize().resolve("datasets").resolve(Cifar10Source.NAME);
    return new Cifar10Source(origin(settings), volume, new Cifar10Download(http, settings.md5()));
  }

  private static Cifar10Origin origin(Cifar10Settings settings) {
    try {
      return Cifar10Origin.parse(settings.uri());
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationPropertyValueException(
          "resnet.datasets.cifar10.uri", settings.uri(), e.getMessage());
    }
  }
}
