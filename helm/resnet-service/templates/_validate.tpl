{{/* What values.schema.json cannot say: values that don't go together. Tells all of it at once. */}}
{{- define "resnet.validate" -}}
{{- $v := .Values }}
{{- $errors := list }}
{{- $sharing := ternary "mode: split" (printf "all.replicas: %d" (int $v.all.replicas)) (eq $v.mode "split") }}

{{- if and (include "resnet.shared" .) (not $v.database.url) }}
{{- $errors = append $errors (printf "%s needs PostgreSQL, since only one pod can open the embedded database: set database.url to jdbc:postgresql://HOST:5432/NAME, or use mode: all with all.replicas: 1." $sharing) }}
{{- end }}
{{- if and $v.database.url (not $v.database.existingSecret) (not (and $v.database.username $v.database.password)) }}
{{- $errors = append $errors "database.url needs credentials: set database.existingSecret to a Secret with the entries username and password, or set database.username and database.password. There are no default ones." }}
{{- end }}
{{- if and $v.database.existingSecret (or $v.database.username $v.database.password) }}
{{- $errors = append $errors "database.existingSecret and database.username or password are both set: keep one of them." }}
{{- end }}
{{- if and (not $v.database.url) (or $v.database.existingSecret $v.database.username $v.database.password) }}
{{- $errors = append $errors "There are credentials for a database, but no database.url: set it to jdbc:postgresql://HOST:5432/NAME." }}
{{- end }}

{{- if and (include "resnet.shared" .) (not $v.persistence.existingClaim) }}
{{- if not $v.persistence.enabled }}
{{- $errors = append $errors (printf "%s needs a volume that its pods share: set persistence.enabled: true with persistence.accessModes: [ReadWriteMany], or persistence.existingClaim." $sharing) }}
{{- else if not (has "ReadWriteMany" $v.persistence.accessModes) }}
{{- $errors = append $errors (printf "%s makes pods share the volume: set persistence.accessModes: [ReadWriteMany] (with a persistence.storageClass that can), or persistence.existingClaim to a claim that can be shared." $sharing) }}
{{- end }}
{{- end }}
{{- if and $v.persistence.existingClaim (not $v.persistence.enabled) }}
{{- $errors = append $errors "persistence.existingClaim is set, but persistence.enabled is false: keep one of them." }}
{{- end }}

{{- $keyed := or $v.security.keys $v.security.existingKeysSecret $v.security.jwtIssuerUri }}
{{- if and (not $keyed) (not $v.security.allowAnonymous) }}
{{- $errors = append $errors "Nobody could use the API: without keys the service listens on loopback only. Set security.keys, security.existingKeysSecret or security.jwtIssuerUri; or say security.allowAnonymous: true to let in everybody who reaches it." }}
{{- end }}
{{- if and $keyed $v.security.allowAnonymous }}
{{- $errors = append $errors "security.allowAnonymous: true contradicts the keys or the issuer beside it: keep one of them." }}
{{- end }}
{{- if and $v.security.keys $v.security.existingKeysSecret }}
{{- $errors = append $errors "security.keys and security.existingKeysSecret are both set: keep one of them." }}
{{- end }}

{{- if $v.autoscaling.enabled }}
{{- if ne $v.mode "split" }}
{{- $errors = append $errors "autoscaling.enabled needs mode: split, since a pod that trains is always busy, and removing it would interrupt its training." }}
{{- end }}
{{- if gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas) }}
{{- $errors = append $errors (printf "autoscaling.minReplicas (%d) is larger than autoscaling.maxReplicas (%d)." (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas)) }}
{{- end }}
{{- if not (dig "requests" "cpu" "" $v.api.resources) }}
{{- $errors = append $errors "autoscaling.enabled needs api.resources.requests.cpu, of which it takes its percentage." }}
{{- end }}
{{- end }}

{{- if hasSuffix "-cuda" $v.image.tag }}
{{- $errors = append $errors "image.tag ends with -cuda, which gpu.enabled appends: leave it out." }}
{{- end }}
{{- if regexMatch "[?&]password=" $v.database.url }}
{{- $errors = append $errors "database.url contains a password, which everybody could read: it belongs into database.existingSecret or database.password." }}
{{- end }}
{{- $set := list "RESNET_ROLE" "RESNET_HOME" "SERVER_ADDRESS" "SERVER_PORT" "MANAGEMENT_SERVER_PORT" "RESNET_JOBS_SHUTDOWNWAIT" "RESNET_SECURITY_KEYS_FILE" "RESNET_SECURITY_ALLOW_ANONYMOUS" "RESNET_SECURITY_ALLOWEDHOSTS" "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI" "SPRING_DATASOURCE_URL" "SPRING_DATASOURCE_USERNAME" "SPRING_DATASOURCE_PASSWORD" }}
{{- range $v.extraEnv }}
{{- if has .name $set }}
{{- $errors = append $errors (printf "extraEnv sets %s, which the chart sets from its own values: leave it out." .name) }}
{{- end }}
{{- end }}

{{- if $errors }}
{{- fail (printf "\n\nresnet-service: these values don't go together:\n- %s\n" (join "\n- " $errors)) }}
{{- end }}
{{- end }}
