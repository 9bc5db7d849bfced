// What an instance says it is.

export interface InstanceIdentity {
  readonly studyInstanceUid: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}
