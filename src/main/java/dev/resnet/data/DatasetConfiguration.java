package dev.resnet.data;

import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the data sets together from their settings. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatasetSettings.class)
class DatasetConfiguration {

  /** Fails the start of the service where CIFAR-10 can't be where the settings say. */
  @Bean
  DatasetCatalog datasetCatalog(DatasetSettings settings, @Value("${resnet.home}") String home) {
    var pause = (HttpDownload.Pause) time -> Thread.sleep(time.toMillis());
    var http = new HttpDownload(settings.download(), pause, DiskSpace.ACTUAL);
    Path volume =
        Path.of(home).toAbsolutePath().normalize().resolve("datasets").resolve(Cifar10Source.NAME);
    return new CachingDatasetCatalog(
        List.of(
            new Cifar10Source(
                origin(settings.cifar10()),
                volume,
                new Cifar10Download(http, settings.cifar10().md5())),
            new SyntheticSource(settings.synthetic())));
  }

  private static Cifar10Origin origin(DatasetSettings.Cifar10 settings) {
    try {
      return Cifar10Origin.parse(settings.uri());
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationPropertyValueException(
          "resnet.datasets.cifar10.uri", settings.uri(), e.getMessage());
    }
  }
}
