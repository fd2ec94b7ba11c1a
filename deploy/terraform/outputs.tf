output "image" {
  description = "Where cloudbuild.yaml pushes the image."
  value       = local.image
}

output "template" {
  description = "Where cloudbuild.yaml writes the Flex Template."
  value       = local.template
}

output "dataset" {
  description = "Root of the dataset."
  value       = local.output
}
