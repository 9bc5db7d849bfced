// Import directions: cli -> commands -> pipeline -> verbs -> edges -> nouns; one importer a large dependency.
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const verbs = ['listen', 'group', 'infer', 'measure', 'write', 'deliver', 'train', 'simulate'];
const edges = ['dicom', 'nifti', 'contours', 'orthanc', 'queue', 'web', 'network'];
/** What lies left of verbs and edges: they never import it. */
const above = ['**/commands/**', '**/evaluate/**', '**/pipeline.ts', '**/cli.ts'];

/** The folder that alone may import each large dependency. */
const owners = {
  dcmjs: 'src/dicom',
  'dicom-parser': 'src/dicom',
  'dicomweb-client': 'src/orthanc',
  'onnxruntime-node': 'src/network/onnx',
  '@tensorflow/*': 'src/network/tensorflow',
  express: 'src/web',
  'node-cron': 'src/commands',
  'pg-boss': 'src/queue',
  '@electric-sql/pglite': 'src/queue',
};

const except = (folders, own) => folders.filter((f) => f !== own).map((f) => `**/${f}/**`);

/** One complete rule object a folder: flat config replaces options, it does not merge them. */
function imports(folder, forbiddenFolders) {
  const packages = Object.entries(owners)
    .filter(([, owner]) => !folder.startsWith(owner))
    .map(([name]) => name);
  return {
    files: [`${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: forbiddenFolders, message: 'Imports point one way: see CONTRIBUTING.md.' },
            { group: packages, message: 'This package has one importer: see eslint.config.js.' },
          ],
        },
      ],
    },
  };
}

/** Training draws simulated exams, and groups real ones as inference does. */
const ofTraining = ['simulate', 'group'];

const directions = [
  ...verbs.map((verb) =>
    imports(`src/${verb}`, [
      ...above,
      ...except(verb === 'train' ? verbs.filter((v) => !ofTraining.includes(v)) : verbs, verb),
    ]),
  ),
  ...edges.map((edge) => imports(`src/${edge}`, [...above, ...except([...verbs, ...edges], edge)])),
  imports('src/network/onnx', [...above, '**/tensorflow/**', ...except(verbs, '')]),
  imports('src/network/tensorflow', [...above, '**/onnx/**', ...except(verbs, '')]),
  // Evaluation runs the verbs on cases of which the truth is known.
  imports('src/evaluate', ['**/commands/**', '**/cli.ts']),
  imports('src/commands', ['**/cli.ts']),
];

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', 'orthanc/**/*.js', 'src/web/public/**'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'max-lines': ['error', { max: 400, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
    },
  },
  ...directions,
  {
    files: ['src/*.ts'],
    ignores: ['src/cli.ts', 'src/pipeline.ts'],
    ...(({ rules }) => ({ rules }))(
      imports('src', ['./commands/**', ...[...verbs, ...edges].map((f) => `./${f}/**`)]),
    ),
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
