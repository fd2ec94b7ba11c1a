variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where everything stands and runs, such as europe-west3."
  type        = string
}

variable "inputs" {
  description = "INPUTs of the nightly run, parted by spaces: gs:// paths and URLs of feeds."
  type        = string
}

variable "input_buckets" {
  description = "Names of the buckets that the INPUTs lie in, if others than the dataset's own."
  type        = list(string)
  default     = []
}

variable "alert_email" {
  description = "Who is told of failed and empty runs."
  type        = string
}

variable "dataset" {
  description = "Prefix of the dataset in its bucket."
  type        = string
  default     = "data"
}

variable "image_tag" {
  description = "Tag of the image that cloudbuild.yaml pushed."
  type        = string
  default     = "0.1.0"
}

variable "schedule" {
  description = "When to run, as in a crontab, UTC."
  type        = string
  default     = "30 2 * * *"
}

variable "max_workers" {
  description = "Machines at most."
  type        = number
  default     = 10
}

variable "machine_type" {
  description = "Machines of the workers; docs/deploy.md tells how many cores and how much memory a load needs."
  type        = string
  default     = "n2-standard-4"
}

variable "max_hours" {
  description = "A run that takes longer counts as failed; it is not stopped."
  type        = number
  default     = 12
}

variable "table" {
  description = "Whether to make the BigQuery table: BigQuery takes its columns from files, so only after the first run."
  type        = bool
  default     = false
}
