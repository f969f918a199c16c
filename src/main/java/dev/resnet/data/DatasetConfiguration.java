package dev.resnet.data;

import java.util.Comparator;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class DatasetConfiguration {

  @Bean
  DatasetCatalog datasetCatalog(List<DatasetSource> sources, StoredDatasets stored) {
    return new AllDatasets(
        new CachingDatasetCatalog(
            sources.stream().sorted(Comparator.comparing(DatasetSource::name)).toList()),
        stored);
  }
}
