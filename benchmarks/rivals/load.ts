/** Imports what this folder's own package.json brings; the workspace knows nothing of it. */
export const load = <Module>(name: string): Promise<Module> => import(name) as Promise<Module>;
